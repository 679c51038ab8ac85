// Links by which a change can be taken back.
import type { Db, Trx } from '#db/connection.ts'
import type { LinkedContact } from '../contacts/contact.ts'
import type { Keyring } from '../core/keyring.ts'

const sealPurpose = 'undos.old'

/** What can be taken back, named as in the activity. */
export type UndoableChange =
  | `${'backup-address' | 'phone' | 'security-question'}.${'added' | 'changed' | 'removed'}`
  | `app-password.${'created' | 'revoked'}`
  | 'password.changed'
  | 'password.reset'
  | 'password.reset-held'
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

/** Uses the link up: the change for exactly one caller, undefined where the link is dead. */
export async function spendUndo(trx: Trx, keyring: Keyring, tokenHash: Buffer, at: Date): Promise<Undo | undefined> {
  const { rows } = await trx.raw(
    'update undos set used_at = :at where token_hash = :tokenHash and used_at is null and expires_at > :at returning *',
    { tokenHash, at },
  )
  return rows[0] && asUndo(keyring, rows[0])
}

/** What was changed since then, oldest first: one entry for each change, whoever was told of it. */
export async function listChangesSince(trx: Trx, keyring: Keyring, accountId: string, since: Date): Promise<Undo[]> {
  const { rows } = await trx.raw(
    `select distinct on (made_at, change_id) * from undos
     where account_id = :accountId and made_at >= :since order by made_at, change_id`,
    { accountId, since },
  )
  return rows.map((row: Record<string, unknown>) => asUndo(keyring, row))
}

/** Voids the links of this change and of later ones. @param told only those that went there */
export async function voidUndosSince(
  trx: Trx,
  about: { readonly accountId: string; readonly since: Date; readonly told?: Told; readonly at: Date },
): Promise<void> {
  const query = trx('undos').where({ account_id: about.accountId, used_at: null }).where('made_at', '>=', about.since)
  await (about.told ? query.where({ told: about.told }) : query).update({ used_at: about.at })
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
