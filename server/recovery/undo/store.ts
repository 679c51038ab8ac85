// Undo links (“this was not me”). Each belongs to one change and one reader of its notice.

import type { Db, Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { MethodId } from '#server/core/method-ids.ts'
import type { Contact, LinkedContact } from '../contacts/contact.ts'
import { rememberDeadLink, rememberGoneSql } from '../dead-links/store.ts'

const sealPurpose = 'undos.old'
const readerPurpose = 'undos.reader'

export type UndoableChange =
  | `${MethodId}.${'added' | 'changed' | 'removed'}`
  | `app-password.${'created' | 'revoked'}`
  | `account.${'closing' | 'kept'}`
  | 'password.changed'
  | 'export.ready'
  | 'password.reset'
  | 'password.reset-held'
  | 'password.reset-stopped'
  | 'sign-in.new-device'
  | 'undo.used'

/** The reader decides what a link can do: a stranger may have the mailbox or a new contact. */
export type ReaderKind = 'mailbox' | 'contact' | 'old-contact' | 'new-contact'

/** The links of these readers give a new password and put contacts back. */
export const contactReaders: readonly ReaderKind[] = ['contact', 'old-contact']

/** Stands for a contact: finds its earlier links when a new one replaces them. */
export const readerDigestOf = (keyring: Keyring, { kind, canonical }: Contact): Buffer =>
  keyring.digest(readerPurpose, JSON.stringify([kind, canonical]))

export interface NewUndo {
  /** Shared by all links of one change. */
  readonly changeId: string
  readonly accountId: string
  readonly change: UndoableChange
  readonly reader: ReaderKind
  readonly tokenHash: Buffer
  readonly old: LinkedContact | undefined
  readonly readerDigest: Buffer | null
  /** The link takes back the changes from this moment on. */
  readonly reachesBackTo: Date
  readonly at: Date
  readonly expiresAt: Date
}

export async function insertUndo(trx: AccountTrx, keyring: Keyring, undo: NewUndo): Promise<void> {
  await trx('undos').insert({
    epoch: trx('accounts').where({ id: undo.accountId }).select('epoch'),
    reader_digest: undo.readerDigest,
    reaches_back_to: undo.reachesBackTo,
    token_hash: undo.tokenHash,
    change_id: undo.changeId,
    account_id: undo.accountId,
    change: undo.change,
    told: undo.reader,
    old_sealed: undo.old ? keyring.seal(sealPurpose, JSON.stringify(undo.old)) : null,
    key_id: keyring.newestKeyId,
    made_at: undo.at,
    expires_at: undo.expiresAt,
  })
}

export interface Undo extends Omit<NewUndo, 'tokenHash' | 'at' | 'readerDigest'> {
  /** The account's epoch when the link was made. */
  readonly epoch: number
  readonly madeAt: Date
  readonly usedAt: Date | null
}

const asUndo = (keyring: Keyring, row: Record<string, unknown>): Undo => ({
  epoch: row.epoch as number,
  reachesBackTo: (row.reaches_back_to ?? row.made_at) as Date,
  changeId: row.change_id as string,
  accountId: row.account_id as string,
  change: row.change as UndoableChange,
  reader: row.told as ReaderKind,
  old: row.old_sealed ? openOld(keyring, row.old_sealed as string) : undefined,
  madeAt: row.made_at as Date,
  expiresAt: row.expires_at as Date,
  usedAt: row.used_at as Date | null,
})

export async function exportUndos(db: Db | Trx, keyring: Keyring, accountId: string) {
  const rows = await db('undos').where({ account_id: accountId }).orderBy('made_at')
  const undos = rows.map(({ change, old_sealed, made_at, expires_at, used_at }) => {
    const contact = old_sealed ? openOld(keyring, old_sealed).value : null
    return { change, contact, made_at, expires_at, used_at }
  })
  return { undos }
}

function openOld(keyring: Keyring, sealed: string): LinkedContact {
  const old = JSON.parse(keyring.open(sealPurpose, sealed))
  return { ...old, confirmedAt: new Date(old.confirmedAt), provenAt: new Date(old.provenAt) }
}

export async function findUndo(
  db: Db | Trx,
  keyring: Keyring,
  tokenHash: Buffer,
): Promise<Undo | undefined> {
  const row = await db('undos').where({ token_hash: tokenHash }).first()
  return row && asUndo(keyring, row)
}

/** Uses the link up. @returns the change to exactly one caller; undefined for a dead link */
export async function spendUndo(
  trx: AccountTrx,
  keyring: Keyring,
  tokenHash: Buffer,
  at: Date,
): Promise<Undo | undefined> {
  const { rows } = await trx.raw(
    `update undos set used_at = :at
     where token_hash = :tokenHash and used_at is null and expires_at > :at returning *`,
    { tokenHash, at },
  )
  const undo = rows[0] && asUndo(keyring, rows[0])
  if (!undo) return undefined
  const { accountId } = undo
  await rememberDeadLink(trx, { tokenHash, accountId, kind: 'undo', fate: 'used', at })
  return undo
}

export async function listChangesSince(
  trx: Trx,
  keyring: Keyring,
  accountId: string,
  since: Date,
): Promise<Undo[]> {
  const { rows } = await trx.raw(
    `select distinct on (made_at, change_id) * from undos
     where account_id = :accountId and made_at >= :since order by made_at, change_id`,
    { accountId, since },
  )
  return rows.map((row: Record<string, unknown>) => asUndo(keyring, row))
}

export interface ContactLink {
  readonly readerDigest: Buffer
  readonly reachesBackTo: Date
  /** The contact, if the account has lost it: the link puts it back. */
  readonly old: LinkedContact | undefined
}

/**
 * Live links of contacts, also of contacts that were replaced or removed.
 * @param about.since leaves out links that reach back further: else they never ended
 */
export async function listContactLinks(
  trx: Trx,
  keyring: Keyring,
  accountId: string,
  about: { readonly at: Date; readonly since: Date },
): Promise<ContactLink[]> {
  const rows = await trx('undos as u')
    .join('accounts as a', 'a.id', 'u.account_id')
    .where({ 'u.account_id': accountId })
    .whereNull('u.used_at')
    .where('u.expires_at', '>', about.at)
    .whereRaw('u.epoch >= a.links_epoch')
    .whereRaw('coalesce(u.reaches_back_to, u.made_at) >= ?', [about.since])
    .whereIn('u.told', [...contactReaders])
    .whereNotNull('u.reader_digest')
    .select('u.*')
  return rows.map((row) => {
    const { reachesBackTo, old } = asUndo(keyring, row)
    return {
      readerDigest: row.reader_digest,
      reachesBackTo,
      old: row.told === 'old-contact' ? old : undefined,
    }
  })
}

export async function voidUndos(trx: AccountTrx, accountId: string, at: Date): Promise<void> {
  await trx('undos').where({ account_id: accountId, used_at: null }).update({ used_at: at })
}

/** Deletes links that expired before this moment, and remembers what became of them. */
export async function deleteOldUndos(db: Db, before: Date, limit: number): Promise<number> {
  const { rows } = await db.raw(
    `with gone as (
       delete from undos where token_hash in (
         select token_hash from undos where expires_at < :before limit :limit)
       returning token_hash, account_id,
         case when used_at is null then 'expired' else 'newer' end as fate,
         coalesce(used_at, expires_at) as died_at
     ), kept as (${rememberGoneSql('undo')})
     select count(*)::int as count from gone`,
    { before, limit },
  )
  return rows[0].count
}

/** Seals up to `limit` rows under the newest key. @returns how many were under an older one */
export async function rekeyUndos(trx: Trx, keyring: Keyring, limit: number): Promise<number> {
  const rows = await trx('undos')
    .whereNot({ key_id: keyring.newestKeyId })
    .limit(limit)
    .forUpdate()
    .skipLocked()
  for (const row of rows) {
    const old_sealed =
      row.old_sealed && keyring.seal(sealPurpose, keyring.open(sealPurpose, row.old_sealed))
    await trx('undos')
      .where({ token_hash: row.token_hash })
      .update({ old_sealed, key_id: keyring.newestKeyId })
  }
  return rows.length
}
