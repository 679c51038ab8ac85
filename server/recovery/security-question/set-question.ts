import type { PasswordHasher } from '#server/accounts/password/hasher.ts'
import { wordsOfContact } from '#server/core/identifiers/contact-words.ts'
import { loginOf } from '#server/core/identifiers/names.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { judgeSecretAnswer, keyedAnswer } from '#server/core/passwords/secret-answer.ts'
import type { Contact } from '../contacts/contact.ts'
import {
  type Asking,
  changeMethod,
  type MethodChangeParts,
  type OnProbation,
} from '../methods/change-method.ts'
import { endHold } from '../reset/hold-reset.ts'
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
  readonly question: string
  readonly answer: string
}

export interface QuestionRefusal {
  readonly field: 'question' | 'answer'
  readonly reason: string
}

export type JudgedQuestion =
  | { readonly kind: 'ok'; readonly question: string; readonly answer: string }
  | { readonly kind: 'refused'; readonly refusals: readonly QuestionRefusal[] }

/** Finds all faults of the form at once, without a hash. */
export function judgeQuestion(
  form: QuestionForm,
  address: string,
  textOf: (id: string) => string,
  contacts: readonly Contact[] = [],
): JudgedQuestion {
  const known = isQuestionId(form.question)
  const judged = judgeSecretAnswer(form.answer, {
    login: loginOf(address),
    address,
    contactWords: contacts.flatMap(wordsOfContact),
    ...(known ? { question: textOf(form.question) } : {}),
  })
  if (known && judged.kind === 'ok')
    return { kind: 'ok', question: form.question, answer: judged.answer }
  const refusals: QuestionRefusal[] = []
  const fault = form.question === '' ? 'missing' : 'unknown'
  if (!known) refusals.push({ field: 'question', reason: fault })
  if (judged.kind === 'refused') refusals.push({ field: 'answer', reason: judged.reason })
  return { kind: 'refused', refusals }
}

type RightForm = Extract<JudgedQuestion, { kind: 'ok' }>

export type QuestionSet = { readonly kind: 'set' } | { readonly kind: 'removed' } | OnProbation

export type QuestionRemoved = { readonly kind: 'removed' } | { readonly kind: 'none' } | OnProbation

/**
 * Keeps argon2id over a keyed digest. Setting the same answer again changes nothing.
 * @throws BusyError if too many hashes wait
 */
export async function setQuestion(
  parts: QuestionParts,
  asking: Asking,
  wanted: RightForm,
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
      const now = await findSecurityQuestion(trx, accountId)
      if (momentOf(now) !== momentOf(before)) return { outcome: { kind: 'overtaken' } }
      const what = await putSecurityQuestion(trx, {
        accountId,
        question: wanted.question,
        answerVerifier,
        answerKeyId,
        at,
      })
      if (what === 'removed') return { outcome: { kind: 'removed' } }
      await endHold(trx, parts, { accountId, at, by: 'owner', client })
      return { outcome: { kind: 'set' }, done: { method: 'security-question', what } }
    },
  )
  // A second click was faster: compare with what it set.
  return outcome.kind === 'overtaken' ? await setQuestion(parts, asking, wanted) : outcome
}

async function isSetAlready(
  { keyring, hasher }: QuestionParts,
  found: SecurityQuestion | undefined,
  wanted: RightForm,
): Promise<boolean> {
  if (found?.state !== 'set' || found.doubtful || found.question !== wanted.question) return false
  const keyed = keyedAnswer(keyring, wanted.answer, found.answerKeyId)
  return keyed !== null && (await hasher.verify(found.answerVerifier, keyed))
}

function momentOf(found: SecurityQuestion | undefined): number {
  if (!found) return 0
  return (found.state === 'set' ? found.setAt : found.removedAt).getTime()
}

/**
 * Security: An account that removed its security question can never set one again.
 * A held password that the answer proved ends too.
 */
export async function removeQuestion(
  parts: MethodChangeParts,
  asking: Asking,
): Promise<QuestionRemoved> {
  const { accountId, client } = asking
  return await changeMethod<QuestionRemoved>(parts, asking, async (trx, at) => {
    const removed = await removeSecurityQuestion(trx, accountId, at)
    if (!removed) return { outcome: { kind: 'none' } }
    await endHold(trx, parts, { accountId, at, by: 'owner', client })
    const done = { method: 'security-question', what: 'removed' } as const
    return { outcome: { kind: 'removed' }, done }
  })
}
