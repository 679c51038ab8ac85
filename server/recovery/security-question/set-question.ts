import type { PasswordHasher } from '#server/accounts/password/hasher.ts'
import { wordsOfContact } from '#server/core/identifiers/contact-words.ts'
import { loginOf } from '#server/core/identifiers/names.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { judgeSecretAnswer, keyedAnswer } from '#server/core/passwords/secret-answer.ts'
import type { Contact } from '../contacts/contact.ts'
import { endHold } from '../flow/hold-reset.ts'
import {
  type Asking,
  changeMethod,
  type Held,
  type MethodChangeParts,
} from '../methods/change-method.ts'
import { isQuestionId } from './questions.ts'
import {
  findSecurityQuestion,
  putSecurityQuestion,
  removeSecurityQuestion,
  type SecurityQuestion,
} from './store.ts'

export interface QuestionParts extends MethodChangeParts {
  readonly keyring: Keyring
  readonly hasher: PasswordHasher
}

export interface QuestionForm {
  /** An id of the list. */
  readonly question: string
  readonly answer: string
}

export type JudgedQuestion =
  | { readonly kind: 'ok'; readonly question: string; readonly answer: string }
  | {
      readonly kind: 'refused'
      readonly refusals: readonly {
        readonly field: 'question' | 'answer'
        readonly reason: string
      }[]
    }

/**
 * Everything that can be said of the form without a hash; all faults at once.
 * @param textOf the question as the person reads it
 * @param contacts that the account holds
 */
export function judgeQuestion(
  form: QuestionForm,
  address: string,
  textOf: (id: string) => string,
  contacts: readonly Contact[] = [],
): JudgedQuestion {
  const known = isQuestionId(form.question)
  const contactWords = contacts.flatMap(wordsOfContact)
  const about = {
    login: loginOf(address),
    address,
    contactWords,
    ...(known ? { question: textOf(form.question) } : {}),
  }
  const judged = judgeSecretAnswer(form.answer, about)
  const refusals = [
    ...(known
      ? []
      : [{ field: 'question', reason: form.question === '' ? 'missing' : 'unknown' } as const]),
    ...(judged.kind === 'refused' ? [{ field: 'answer', reason: judged.reason } as const] : []),
  ]
  if (!known || judged.kind === 'refused') return { kind: 'refused', refusals }
  return { kind: 'ok', question: form.question, answer: judged.answer }
}

export type QuestionSet = { readonly kind: 'set' } | { readonly kind: 'removed' } | Held

/**
 * Sets the question with its answer, as argon2id under a keyed digest. What is set already is set: nothing is changed, nobody is told.
 * @throws BusyError where the line for hashing is full
 */
export async function setQuestion(
  parts: QuestionParts,
  asking: Asking,
  wanted: Extract<JudgedQuestion, { kind: 'ok' }>,
): Promise<QuestionSet> {
  const { accountId, client } = asking
  const before = await findSecurityQuestion(parts.db, accountId)
  if (await isSetAlready(parts, before, wanted)) return { kind: 'set' }
  const answerKeyId = parts.keyring.newestKeyId
  const keyed = keyedAnswer(parts.keyring, wanted.answer, answerKeyId)
  if (keyed === null) throw new Error('the newest key is not listed')
  const answerVerifier = await parts.hasher.hash(keyed)
  const outcome = await changeMethod<QuestionSet | { kind: 'overtaken' }>(
    parts,
    asking,
    async (trx, at) => {
      const { question } = wanted
      const now = await findSecurityQuestion(trx, accountId)
      if (momentOf(now) !== momentOf(before)) return { outcome: { kind: 'overtaken' } }
      const what = await putSecurityQuestion(trx, {
        accountId,
        question,
        answerVerifier,
        answerKeyId,
        at,
      })
      if (what === 'removed') return { outcome: { kind: 'removed' } }
      await endHold(trx, parts, { accountId, at, by: 'owner', client })
      return { outcome: { kind: 'set' }, done: { method: 'security-question', what } }
    },
  )
  // A second click may have been the faster one: then what it set is compared.
  return outcome.kind === 'overtaken' ? await setQuestion(parts, asking, wanted) : outcome
}

async function isSetAlready(
  { keyring, hasher }: QuestionParts,
  found: SecurityQuestion | undefined,
  wanted: Extract<JudgedQuestion, { kind: 'ok' }>,
): Promise<boolean> {
  if (found?.state !== 'set' || found.doubtful || found.question !== wanted.question) return false
  const keyed = keyedAnswer(keyring, wanted.answer, found.answerKeyId)
  return keyed !== null && (await hasher.verify(found.answerVerifier, keyed))
}

const momentOf = (found: SecurityQuestion | undefined): number =>
  found === undefined ? 0 : (found.state === 'set' ? found.setAt : found.removedAt).getTime()

/**
 * Security: leaves a tombstone, so that the account never has a question again.
 * Security: a password that waits by the answer ends with the question, or with its answer.
 */
export async function removeQuestion(
  parts: MethodChangeParts,
  asking: Asking,
): Promise<{ readonly kind: 'removed' } | { readonly kind: 'none' } | Held> {
  return await changeMethod<{ kind: 'removed' } | { kind: 'none' }>(
    parts,
    asking,
    async (trx, at) => {
      const removed = await removeSecurityQuestion(trx, asking.accountId, at)
      if (!removed) return { outcome: { kind: 'none' } }
      await endHold(trx, parts, {
        accountId: asking.accountId,
        at,
        by: 'owner',
        client: asking.client,
      })
      return {
        outcome: { kind: 'removed' },
        done: { method: 'security-question', what: 'removed' },
      }
    },
  )
}
