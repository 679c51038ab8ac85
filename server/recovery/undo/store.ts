// Links by which a change can be taken back.
import type { Db, Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Contact, LinkedContact } from '../contacts/contact.ts'

const sealPurpose = 'undos.old'
const readerPurpose = 'undos.reader'

/** What can be taken back, named as in the activity. */
export type UndoableChange =
  | `${'backup-address' | 'phone' | 'security-question'}.${'added' | 'changed' | 'removed'}`
  | `app-password.${'created' | 'revoked'}`
  | 'password.changed'
  | 'password.reset'
  | 'password.reset-held'
  | 'password.reset-stopped'
  | 'sign-in.new-device'
  | 'undo.used'

/**
 * Whom the link went to, which decides what it can do. Security: the mailbox and a new contact may be a stranger's, so their links end
 * sessions and lead to recovery, no more.
 */
export type ReaderKind = 'mailbox' | 'contact' | 'old-contact' | 'new-contact'

/** Links to these give a new password and put contacts back. */
export const contactReaders: readonly ReaderKind[] = ['contact', 'old-contact']

/** Names the reader of a link, so that a later link to the same one can take its place. */
export const readerDigestOf = (keyring: Keyring, { kind, canonical }: Contact): Buffer =>
  keyring.digest(readerPurpose, JSON.stringify([kind, canonical]))

export interface NewUndo {
  /** Shared by all links of one change. */
  readonly changeId: string
  readonly accountId: string
  readonly change: UndoableChange
  readonly reader: ReaderKind
  readonly tokenHash: Buffer
  /** The contact that was replaced or removed. */
  readonly old: LinkedContact | undefined
  /** Null for the mailbox. */
  readonly readerDigest: Buffer | null
  /** Changes from here on are taken back. */
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
  /** Of the account, in which the link was made. */
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

function openOld(keyring: Keyring, sealed: string): LinkedContact {
  const old = JSON.parse(keyring.open(sealPurpose, sealed))
  return { ...old, confirmedAt: new Date(old.confirmedAt), provenAt: new Date(old.provenAt) }
}

/** The link, dead or alive. */
export async function findUndo(
  db: Db | Trx,
  keyring: Keyring,
  tokenHash: Buffer,
): Promise<Undo | undefined> {
  const row = await db('undos').where({ token_hash: tokenHash }).first()
  return row && asUndo(keyring, row)
}

/** Uses the link up: the change for exactly one caller, undefined where the link is dead. */
export async function spendUndo(
  trx: AccountTrx,
  keyring: Keyring,
  tokenHash: Buffer,
  at: Date,
): Promise<Undo | undefined> {
  const { rows } = await trx.raw(
    'update undos set used_at = :at where token_hash = :tokenHash and used_at is null and expires_at > :at returning *',
    { tokenHash, at },
  )
  return rows[0] && asUndo(keyring, rows[0])
}

/** What was changed since then, oldest first: one entry for each change, whoever was told of it. */
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

/** A link that went to a contact and is alive. */
export interface ContactLink {
  readonly readerDigest: Buffer
  readonly reachesBackTo: Date
  /** The contact itself, where it was replaced or removed and the link puts it back. */
  readonly old: LinkedContact | undefined
}

/**
 * Links that went to contacts, those that were replaced or removed included, and are alive: what a stronger proof is about to void.
 * @param since links that reach back further are left out: else a word could go on for ever, from one change of the password to the next
 */
export async function listContactLinks(
  trx: Trx,
  keyring: Keyring,
  accountId: string,
  { at, since }: { readonly at: Date; readonly since: Date },
): Promise<ContactLink[]> {
  const rows = await trx('undos as u')
    .join('accounts as a', 'a.id', 'u.account_id')
    .where({ 'u.account_id': accountId })
    .whereNull('u.used_at')
    .where('u.expires_at', '>', at)
    .whereRaw('u.epoch >= a.links_epoch')
    .whereRaw('coalesce(u.reaches_back_to, u.made_at) >= ?', [since])
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

/** Voids every link of the account that is alive. */
export async function voidUndos(trx: AccountTrx, accountId: string, at: Date): Promise<void> {
  await trx('undos').where({ account_id: accountId, used_at: null }).update({ used_at: at })
}

/** Deletes what expired before `before`, `limit` rows at once, and returns how many. */
export async function deleteOldUndos(db: Db, before: Date, limit: number): Promise<number> {
  return await db('undos')
    .whereIn(
      'token_hash',
      db('undos').where('expires_at', '<', before).limit(limit).select('token_hash'),
    )
    .delete()
}

/** Seals up to `limit` rows anew under the newest key, and returns how many were under an older one. */
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
