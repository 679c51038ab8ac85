// Links by which a change can be taken back.
import type { Db, Trx } from '#db/connection.ts'
import type { LinkedContact } from '../contacts/contact.ts'
import type { Keyring } from '../core/keyring.ts'

const sealPurpose = 'undos.old'

/** What can be taken back, named as in the activity. */
export type UndoableChange =
  | `${'backup-address' | 'phone' | 'security-question'}.${'added' | 'changed' | 'removed'}`
  | 'password.changed'
  | 'password.reset'
  | 'sign-in.new-device'

/** Whom the link went to. A contact that came with the disputed change proves nothing about its holder. */
export type Told = 'mailbox' | 'contact' | 'old-contact' | 'new-contact'

export interface NewUndo {
  /** Shared by all links of one change. */
  readonly changeId: string
  readonly accountId: string
  readonly change: UndoableChange
  readonly told: Told
  readonly tokenHash: Buffer
  /** The contact that was replaced or removed. */
  readonly old: LinkedContact | undefined
  readonly at: Date
  readonly expiresAt: Date
}

export async function insertUndo(trx: Trx, keyring: Keyring, undo: NewUndo): Promise<void> {
  await trx('undos').insert({
    token_hash: undo.tokenHash,
    change_id: undo.changeId,
    account_id: undo.accountId,
    change: undo.change,
    told: undo.told,
    old_sealed: undo.old ? keyring.seal(sealPurpose, JSON.stringify(undo.old)) : null,
    key_id: keyring.newestKeyId,
    made_at: undo.at,
    expires_at: undo.expiresAt,
  })
}

export interface Undo extends Omit<NewUndo, 'tokenHash' | 'at'> {
  readonly madeAt: Date
  readonly usedAt: Date | null
}

const asUndo = (keyring: Keyring, row: Record<string, unknown>): Undo => ({
  changeId: row.change_id as string,
  accountId: row.account_id as string,
  change: row.change as UndoableChange,
  told: row.told as Told,
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
export async function findUndo(db: Db | Trx, keyring: Keyring, tokenHash: Buffer): Promise<Undo | undefined> {
  const row = await db('undos').where({ token_hash: tokenHash }).first()
  return row && asUndo(keyring, row)
}

/** Deletes what expired before `before`, `limit` rows at once, and returns how many. */
export async function deleteOldUndos(db: Db, before: Date, limit: number): Promise<number> {
  return await db('undos')
    .whereIn('token_hash', db('undos').where('expires_at', '<', before).limit(limit).select('token_hash'))
    .delete()
}

/** Seals up to `limit` rows anew under the newest key, and returns how many were under an older one. */
export async function rekeyUndos(trx: Trx, keyring: Keyring, limit: number): Promise<number> {
  const rows = await trx('undos').whereNot({ key_id: keyring.newestKeyId }).limit(limit).forUpdate().skipLocked()
  for (const row of rows) {
    const old_sealed = row.old_sealed && keyring.seal(sealPurpose, keyring.open(sealPurpose, row.old_sealed))
    await trx('undos').where({ token_hash: row.token_hash }).update({ old_sealed, key_id: keyring.newestKeyId })
  }
  return rows.length
}
