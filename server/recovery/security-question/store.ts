// The security question of an account. A removed one leaves a row that a trigger protects.
import type { Db, Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'

export type SecurityQuestion =
  | {
      readonly state: 'set'
      readonly question: string
      /** argon2id over `keyedAnswer(keyring, answer, answerKeyId)`. */
      readonly answerVerifier: string
      readonly answerKeyId: string
      readonly tries: number
      readonly setAt: Date
      readonly provenAt: Date | null
      /** No answer opens anything until the owner sets a question again. */
      readonly doubtful?: true
    }
  | { readonly state: 'removed'; readonly removedAt: Date }

export async function findSecurityQuestion(
  db: Db | Trx,
  accountId: string,
): Promise<SecurityQuestion | undefined> {
  const row = await db('security_questions').where({ account_id: accountId }).first()
  if (!row) return undefined
  if (row.removed_at) return { state: 'removed', removedAt: row.removed_at }
  return {
    state: 'set',
    question: row.question,
    answerVerifier: row.answer_verifier,
    answerKeyId: row.answer_key_id,
    tries: row.tries,
    setAt: row.set_at,
    provenAt: row.proven_at,
    ...(row.doubtful_at ? { doubtful: true as const } : {}),
  }
}

export interface WantedQuestion {
  readonly accountId: string
  readonly question: string
  readonly answerVerifier: string
  readonly answerKeyId: string
  readonly at: Date
}

/**
 * Security: An account that removed its security question can never set one again.
 * A question that replaces another starts with no tries counted.
 */
export async function putSecurityQuestion(
  trx: AccountTrx,
  wanted: WantedQuestion,
): Promise<'added' | 'changed' | 'removed'> {
  const { rows } = await trx.raw<{ rows: { added: boolean }[] }>(
    `insert into security_questions as kept
       (account_id, question, answer_verifier, answer_key_id, set_at)
     values (:accountId, :question, :answerVerifier, :answerKeyId, :at)
     on conflict (account_id) do update set
       question = excluded.question, answer_verifier = excluded.answer_verifier,
       answer_key_id = excluded.answer_key_id,
       set_at = excluded.set_at, tries = 0, proven_at = null, doubtful_at = null
     where kept.removed_at is null
     returning kept.xmax = 0 as added`,
    { ...wanted },
  )
  if (!rows[0]) return 'removed'
  return rows[0].added ? 'added' : 'changed'
}

/** Leaves a row that forbids another question. False if there was no question. */
export async function removeSecurityQuestion(
  trx: AccountTrx,
  accountId: string,
  at: Date,
): Promise<boolean> {
  const { rowCount } = await trx.raw(
    `update security_questions
     set removed_at = :at, question = null, answer_verifier = null, answer_key_id = null
     where account_id = :accountId and removed_at is null`,
    { accountId, at },
  )
  return rowCount === 1
}

/** Security: An answer is counted before it is judged. Undefined if there is no try left. */
export async function countAnswer(
  db: Db | Trx,
  accountId: string,
  triesAllowed: number,
): Promise<{ answerVerifier: string; answerKeyId: string; tries: number } | undefined> {
  const { rows } = await db.raw(
    `update security_questions set tries = tries + 1
     where account_id = :accountId
       and removed_at is null and doubtful_at is null and tries < :triesAllowed
     returning answer_verifier as "answerVerifier", answer_key_id as "answerKeyId", tries`,
    { accountId, triesAllowed },
  )
  return rows[0]
}

export async function uncountAnswer(trx: Trx, accountId: string): Promise<void> {
  await trx('security_questions')
    .where({ account_id: accountId })
    .whereNull('removed_at')
    .update({ tries: trx.raw('greatest(tries - 1, 0)') })
}

/** No answer opens anything until the owner sets a question again. */
export async function markSecurityQuestionDoubtful(
  trx: AccountTrx,
  accountId: string,
  at: Date,
): Promise<void> {
  await trx('security_questions')
    .where({ account_id: accountId })
    .whereNull('removed_at')
    .update({ doubtful_at: at })
}

/** The right answer does not count against the tries of the question. */
export async function markQuestionProven(
  trx: AccountTrx,
  accountId: string,
  at: Date,
): Promise<void> {
  await trx('security_questions')
    .where({ account_id: accountId })
    .whereNull('removed_at')
    .update({ proven_at: at, tries: trx.raw('greatest(tries - 1, 0)') })
}
