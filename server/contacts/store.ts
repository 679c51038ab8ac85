// Contacts whose code is on its way: one row for each account and kind, so that only the newest code counts.
import type { Db, Trx } from '#db/connection.ts'
import type { Keyring } from '../core/keyring.ts'
import type { Contact, ContactKind } from './contact.ts'

const sealPurpose = 'contact-confirmations.contact'
const codePurpose = 'contact-confirmations.code'

export interface Confirmation {
  readonly contact: Contact
  readonly tries: number
  readonly sentAt: Date
  readonly expiresAt: Date
  readonly spentAt: Date | null
}

interface Row {
  contact_sealed: string
  code_digest: Buffer
  code_key_id: string
  tries: number
  sent_at: Date
  expires_at: Date
  spent_at: Date | null
}

/** Security: a code is worth something for one account and one contact only. */
const codeText = (accountId: string, contact: Contact, code: string) =>
  JSON.stringify([accountId, contact.kind, contact.canonical, code])

const openContact = (keyring: Keyring, sealed: string) => JSON.parse(keyring.open(sealPurpose, sealed)) as Contact

export interface NewConfirmation {
  readonly accountId: string
  readonly contact: Contact
  readonly code: string
  readonly at: Date
  readonly expiresAt: Date
  readonly triesAllowed: number
}

/**
 * Keeps the code in place of the one before. Tries go on counting until that one has expired or was spent: sending again refills nothing.
 * @returns `exhausted` where no try is left until `until`, and then nothing was changed
 */
export async function putConfirmation(
  trx: Trx,
  keyring: Keyring,
  wanted: NewConfirmation,
): Promise<{ readonly kind: 'put' } | { readonly kind: 'exhausted'; readonly until: Date }> {
  const { accountId, contact, code, at, expiresAt, triesAllowed } = wanted
  const { rows } = await trx.raw<{ rows: unknown[] }>(
    `insert into contact_confirmations as kept (account_id, kind, contact_sealed, code_digest, code_key_id, sent_at, expires_at)
     values (:accountId, :kind, :sealed, :digest, :keyId, :at, :expiresAt)
     on conflict (account_id, kind) do update set
       contact_sealed = excluded.contact_sealed, code_digest = excluded.code_digest, code_key_id = excluded.code_key_id,
       tries = case when kept.expires_at <= :at or kept.spent_at is not null then 0 else kept.tries end,
       sent_at = excluded.sent_at, expires_at = excluded.expires_at, spent_at = null
     where kept.expires_at <= :at or kept.spent_at is not null or kept.tries < :triesAllowed
     returning 1`,
    {
      accountId,
      kind: contact.kind,
      sealed: keyring.seal(sealPurpose, JSON.stringify(contact)),
      digest: keyring.digest(codePurpose, codeText(accountId, contact, code)),
      keyId: keyring.newestKeyId,
      at,
      expiresAt,
      triesAllowed,
    },
  )
  if (rows.length === 1) return { kind: 'put' }
  const row = await trx('contact_confirmations').where({ account_id: accountId, kind: contact.kind }).first()
  return { kind: 'exhausted', until: row?.expires_at ?? at }
}

export async function findConfirmation(
  db: Db | Trx,
  keyring: Keyring,
  accountId: string,
  kind: ContactKind,
): Promise<Confirmation | undefined> {
  const row = await db('contact_confirmations').where({ account_id: accountId, kind }).first()
  return (
    row && {
      contact: openContact(keyring, row.contact_sealed),
      tries: row.tries,
      sentAt: row.sent_at,
      expiresAt: row.expires_at,
      spentAt: row.spent_at,
    }
  )
}

export interface KeptCode {
  readonly contact: Contact
  readonly digest: Buffer
  readonly keyId: string
}

export interface CountedTry extends KeptCode {
  readonly triesLeft: number
}

/** Security: the try is counted before it is judged, in one statement; undefined where the code is dead. */
export async function countConfirmationTry(
  db: Db,
  keyring: Keyring,
  about: { accountId: string; kind: ContactKind; at: Date; triesAllowed: number },
): Promise<CountedTry | undefined> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `update contact_confirmations set tries = tries + 1
     where account_id = :accountId and kind = :kind and tries < :triesAllowed and expires_at > :at and spent_at is null
     returning *`,
    { ...about },
  )
  const [row] = rows
  return row && { ...asKept(keyring, row), triesLeft: about.triesAllowed - row.tries }
}

/** The code that was spent and would live still. It opens nothing any more, so asking for it is no try. */
export async function findSpentConfirmation(
  db: Db,
  keyring: Keyring,
  { accountId, kind, at }: { readonly accountId: string; readonly kind: ContactKind; readonly at: Date },
): Promise<KeptCode | undefined> {
  const row = await db('contact_confirmations')
    .where({ account_id: accountId, kind })
    .where('expires_at', '>', at)
    .whereNotNull('spent_at')
    .first()
  return row && asKept(keyring, row)
}

const asKept = (keyring: Keyring, row: Row): KeptCode => ({
  contact: openContact(keyring, row.contact_sealed),
  digest: row.code_digest,
  keyId: row.code_key_id,
})

/** What the digest of the right code would be for a typed one; null where the key is no longer listed. */
export const digestOfTypedCode = (keyring: Keyring, accountId: string, kept: KeptCode, code: string): Buffer | null =>
  keyring.digestUnder(kept.keyId, codePurpose, codeText(accountId, kept.contact, code))

/** Spends the code: true for exactly one caller. */
export async function spendConfirmation(
  trx: Trx,
  about: { accountId: string; kind: ContactKind; digest: Buffer; at: Date },
): Promise<boolean> {
  const { rowCount } = await trx.raw(
    `update contact_confirmations set spent_at = :at
     where account_id = :accountId and kind = :kind and code_digest = :digest and spent_at is null and expires_at > :at`,
    { ...about },
  )
  return rowCount === 1
}

/** Deletes what expired before `before`, `limit` rows at once, and returns how many. */
export async function deleteOldConfirmations(db: Db, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw(
    `delete from contact_confirmations where (account_id, kind) in
       (select account_id, kind from contact_confirmations where expires_at < ? limit ?)`,
    [before, limit],
  )
  return rowCount
}
