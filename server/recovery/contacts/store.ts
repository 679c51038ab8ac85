// Codes that confirm contacts: one row for each account and kind, so only the newest code works.
import type { Db, Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Contact, ContactKind } from './contact.ts'

const sealPurpose = 'contact-confirmations.contact'
const codePurpose = 'contact-confirmations.code'

export interface Confirmation {
  readonly contact: Contact
  readonly tries: number
  readonly typedAt: Date
  readonly sentAt: Date
  readonly expiresAt: Date
  readonly spentAt: Date | null
  readonly messages: CodeMessages
}

/** Null in rows of an earlier release. */
export interface CodeMessages {
  readonly newest: string | null
  readonly earlier: string | null
}

interface Row {
  kind: ContactKind
  contact_sealed: string
  code_digest: Buffer
  code_key_id: string
  tries: number
  sent_at: Date
  expires_at: Date
  spent_at: Date | null
}

/** Security: A code works for ten minutes, for one account and one kind of contact. */
const codeText = (accountId: string, contact: Contact, code: string) =>
  JSON.stringify([accountId, contact.kind, contact.canonical, code])

const openContact = (keyring: Keyring, sealed: string) =>
  JSON.parse(keyring.open(sealPurpose, sealed)) as Contact

export interface NewConfirmation {
  readonly accountId: string
  readonly epoch: number
  readonly contact: Contact
  /** An unguessable text if no code is sent. */
  readonly code: string
  /** Earlier than `at` if the code is sent again. */
  readonly typedAt?: Date | undefined
  readonly at: Date
  readonly expiresAt: Date
  readonly triesAllowed: number
}

/** Security: Sending again gives no tries back. After `exhausted` nothing has changed. */
export async function putConfirmation(
  trx: AccountTrx,
  keyring: Keyring,
  wanted: NewConfirmation,
): Promise<{ readonly kind: 'put' } | { readonly kind: 'exhausted'; readonly until: Date }> {
  const { accountId, epoch, contact, code, at, typedAt = at, expiresAt, triesAllowed } = wanted
  const { rows } = await trx.raw<{ rows: unknown[] }>(
    `insert into contact_confirmations as kept
       (account_id, epoch, kind, contact_sealed, code_digest, code_key_id,
        typed_at, sent_at, expires_at)
     values
       (:accountId, :epoch, :kind, :sealed, :digest, :keyId, :typedAt, :at, :expiresAt)
     on conflict (account_id, kind) do update set
       epoch = excluded.epoch, contact_sealed = excluded.contact_sealed,
       code_digest = excluded.code_digest, code_key_id = excluded.code_key_id,
       tries = case when kept.expires_at <= :at or kept.spent_at is not null
         then 0 else kept.tries end,
       typed_at = excluded.typed_at, sent_at = excluded.sent_at,
       expires_at = excluded.expires_at, spent_at = null
     where kept.expires_at <= :at or kept.spent_at is not null or kept.tries < :triesAllowed
     returning 1`,
    {
      accountId,
      epoch,
      kind: contact.kind,
      sealed: keyring.seal(sealPurpose, JSON.stringify(contact)),
      digest: keyring.digest(codePurpose, codeText(accountId, contact, code)),
      keyId: keyring.newestKeyId,
      typedAt,
      at,
      expiresAt,
      triesAllowed,
    },
  )
  if (rows.length === 1) return { kind: 'put' }
  const row = await trx('contact_confirmations')
    .where({ account_id: accountId, kind: contact.kind })
    .first()
  return { kind: 'exhausted', until: row?.expires_at ?? at }
}

export async function findConfirmation(
  db: Db | Trx,
  keyring: Keyring,
  accountId: string,
  kind: ContactKind,
): Promise<Confirmation | undefined> {
  const row = await db('contact_confirmations as c')
    .join('accounts as a', { 'a.id': 'c.account_id', 'a.epoch': 'c.epoch' })
    .where({ 'c.account_id': accountId, 'c.kind': kind })
    .first('c.*')
  if (!row) return undefined
  return {
    contact: openContact(keyring, row.contact_sealed),
    tries: row.tries,
    typedAt: row.typed_at ?? row.sent_at,
    sentAt: row.sent_at,
    expiresAt: row.expires_at,
    spentAt: row.spent_at,
    messages: { newest: row.message_id, earlier: row.earlier_message_id },
  }
}

export async function exportConfirmations(db: Db | Trx, keyring: Keyring, accountId: string) {
  const rows: Row[] = await db('contact_confirmations').where({ account_id: accountId })
  const contact_confirmations = rows.map(({ kind, contact_sealed, sent_at, expires_at }) => {
    const contact = openContact(keyring, contact_sealed).value
    return { kind, contact, sent_at, expires_at }
  })
  return { contact_confirmations }
}

/** Which messages bring the code, and the code before to the same contact. */
export async function noteMessage(
  trx: AccountTrx,
  about: CodeMessages & { readonly accountId: string; readonly kind: ContactKind },
): Promise<void> {
  await trx('contact_confirmations')
    .where({ account_id: about.accountId, kind: about.kind })
    .update({ message_id: about.newest, earlier_message_id: about.earlier })
}

export interface KeptCode {
  readonly contact: Contact
  readonly digest: Buffer
  readonly keyId: string
}

export interface CountedTry extends KeptCode {
  readonly triesLeft: number
}

/** Security: A try is counted before it is judged. Undefined if the code is dead. */
export async function countConfirmationTry(
  db: Db,
  keyring: Keyring,
  about: { accountId: string; kind: ContactKind; at: Date; triesAllowed: number },
): Promise<CountedTry | undefined> {
  const { rows } = await db.raw<{ rows: Row[] }>(
    `update contact_confirmations c set tries = tries + 1 from accounts a
     where c.account_id = :accountId and kind = :kind
       and tries < :triesAllowed and expires_at > :at and spent_at is null
       and a.id = c.account_id and a.epoch = c.epoch
     returning c.*`,
    { ...about },
  )
  const [row] = rows
  return row && { ...asKept(keyring, row), triesLeft: about.triesAllowed - row.tries }
}

/** A spent code that has not expired. It opens nothing, so looking it up counts no try. */
export async function findSpentConfirmation(
  db: Db,
  keyring: Keyring,
  about: { readonly accountId: string; readonly kind: ContactKind; readonly at: Date },
): Promise<KeptCode | undefined> {
  const { accountId, kind, at } = about
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

/** The digest to compare with the kept one; null if its key has left SECRET_KEYS. */
export const digestOfTypedCode = (
  keyring: Keyring,
  accountId: string,
  kept: KeptCode,
  code: string,
): Buffer | null =>
  keyring.digestUnder(kept.keyId, codePurpose, codeText(accountId, kept.contact, code))

/** True for exactly one caller. */
export async function spendConfirmation(
  trx: AccountTrx,
  about: { accountId: string; kind: ContactKind; digest: Buffer; at: Date },
): Promise<boolean> {
  const { rowCount } = await trx.raw(
    `update contact_confirmations c set spent_at = :at from accounts a
     where c.account_id = :accountId and kind = :kind and code_digest = :digest
       and spent_at is null and expires_at > :at
       and a.id = c.account_id and a.epoch = c.epoch`,
    { ...about },
  )
  return rowCount === 1
}

export async function deleteOldConfirmations(db: Db, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw(
    `delete from contact_confirmations where (account_id, kind) in
       (select account_id, kind from contact_confirmations where expires_at < ? limit ?)`,
    [before, limit],
  )
  return rowCount
}
