import type { Keyring } from '../core/keyring.ts'
import { loginOf } from '../core/names.ts'
import { judgeSecretAnswer, keyedAnswer } from '../core/secret-answer.ts'
import type { PasswordHasher } from '../password/hasher.ts'
import { type Asking, changeMethod, type Held, type MethodChangeParts } from '../recovery-methods/change-method.ts'
import { isQuestionId } from './questions.ts'
import { putSecurityQuestion, removeSecurityQuestion } from './store.ts'

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
      readonly refusals: readonly { readonly field: 'question' | 'answer'; readonly reason: string }[]
    }

/** Everything that can be said of the form; all faults at once. @param textOf the question as the person reads it */
export function judgeQuestion(form: QuestionForm, address: string, textOf: (id: string) => string): JudgedQuestion {
  const known = isQuestionId(form.question)
  const about = { login: loginOf(address), ...(known ? { question: textOf(form.question) } : {}) }
  const judged = judgeSecretAnswer(form.answer, about)
  const refusals = [
    ...(known ? [] : [{ field: 'question', reason: form.question === '' ? 'missing' : 'unknown' } as const]),
    ...(judged.kind === 'refused' ? [{ field: 'answer', reason: judged.reason } as const] : []),
  ]
  if (!known || judged.kind === 'refused') return { kind: 'refused', refusals }
  return { kind: 'ok', question: form.question, answer: judged.answer }
}

export type QuestionSet = { readonly kind: 'set' } | { readonly kind: 'removed' } | Held

/**
 * Sets the question with its answer, as argon2id under a keyed digest.
 * @throws BusyError where the line for hashing is full
 */
export async function setQuestion(
  parts: QuestionParts,
  asking: Asking,
  wanted: Extract<JudgedQuestion, { kind: 'ok' }>,
): Promise<QuestionSet> {
  const { accountId } = asking
  const answerKeyId = parts.keyring.newestKeyId
  const keyed = keyedAnswer(parts.keyring, wanted.answer, answerKeyId)
  if (keyed === null) throw new Error('the newest key is not listed')
  const answerVerifier = await parts.hasher.hash(keyed)
  return await changeMethod<QuestionSet>(parts, asking, async (trx, at) => {
    const { question } = wanted
    const what = await putSecurityQuestion(trx, { accountId, question, answerVerifier, answerKeyId, at })
    if (what === 'removed') return { outcome: { kind: 'removed' } }
    return { outcome: { kind: 'set' }, done: { method: 'security-question', what } }
  })
}

/** Security: leaves a tombstone, so that the account never has a question again. */
export async function removeQuestion(
  parts: MethodChangeParts,
  asking: Asking,
): Promise<{ readonly kind: 'removed' } | { readonly kind: 'none' } | Held> {
  return await changeMethod<{ kind: 'removed' } | { kind: 'none' }>(parts, asking, async (trx, at) => {
    const removed = await removeSecurityQuestion(trx, asking.accountId, at)
    if (!removed) return { outcome: { kind: 'none' } }
    return { outcome: { kind: 'removed' }, done: { method: 'security-question', what: 'removed' } }
  })
}
