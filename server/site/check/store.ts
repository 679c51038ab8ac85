// Letters that ask about a contact, and what owners said of their contacts.
import type { Db, Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import type { ContactKind, LinkedContact } from '#server/recovery/contacts/contact.ts'

export interface Question {
  readonly accountId: string
  readonly epoch: number
  readonly kind: ContactKind
  readonly contactSince: Date
  readonly expiresAt: Date
  readonly usedAt: Date | null
  /** When a newer letter was sent. */
  readonly replacedAt: Date | null
}

export interface SentQuestion {
  readonly accountId: string
  readonly epoch: number
  readonly contact: LinkedContact
  /** Null for a letter without a link. */
  readonly tokenHash: Buffer | null
  readonly at: Date
  readonly expiresAt: Date
}

export async function insertQuestion(trx: AccountTrx, sent: SentQuestion): Promise<void> {
  await trx('contact_questions').insert({
    account_id: sent.accountId,
    kind: sent.contact.kind,
    sent_at: sent.at,
    contact_since: sent.contact.confirmedAt,
    token_hash: sent.tokenHash,
    epoch: sent.epoch,
    expires_at: sent.expiresAt,
  })
}

export async function findQuestion(db: Db | Trx, tokenHash: Buffer): Promise<Question | undefined> {
  const { rows } = await db.raw(
    `select account_id as "accountId", epoch, kind, contact_since as "contactSince",
       expires_at as "expiresAt", used_at as "usedAt",
       (select min(newer.sent_at) from contact_questions newer
        where newer.account_id = q.account_id and newer.kind = q.kind
          and newer.sent_at > q.sent_at) as "replacedAt"
     from contact_questions q where token_hash = ?`,
    [tokenHash],
  )
  return rows[0]
}

export async function wasAskedSince(
  trx: AccountTrx,
  accountId: string,
  kind: ContactKind,
  since: Date,
): Promise<boolean> {
  const row = await trx('contact_questions')
    .where({ account_id: accountId, kind })
    .where('sent_at', '>', since)
    .first('kind')
  return row !== undefined
}

/** True for exactly one caller. */
export async function spendQuestion(
  trx: AccountTrx,
  tokenHash: Buffer,
  at: Date,
): Promise<boolean> {
  const spent = await trx('contact_questions')
    .where({ token_hash: tokenHash, used_at: null })
    .update({ used_at: at })
  return spent === 1
}

export async function putStatement(
  trx: AccountTrx,
  accountId: string,
  { kind, confirmedAt }: LinkedContact,
  at: Date,
): Promise<void> {
  await trx('contact_statements')
    .insert({ account_id: accountId, kind, contact_since: confirmedAt, stated_at: at })
    .onConflict(['account_id', 'kind'])
    .merge()
}

export interface Statement {
  readonly kind: ContactKind
  readonly contactSince: Date
  readonly statedAt: Date
}

export async function listStatements(db: Db | Trx, accountId: string): Promise<Statement[]> {
  const rows = await db('contact_statements').where({ account_id: accountId })
  return rows.map((row) => ({
    kind: row.kind,
    contactSince: row.contact_since,
    statedAt: row.stated_at,
  }))
}

export async function deleteOldQuestions(db: Db, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw(
    `delete from contact_questions where (account_id, kind, sent_at) in
       (select account_id, kind, sent_at from contact_questions where sent_at < ? limit ?)`,
    [before, limit],
  )
  return rowCount
}
