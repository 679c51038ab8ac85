// Files that owners asked for. Security: A file of an earlier epoch opens for nobody.
import type { Db, Trx } from '#db/connection.ts'
import { resealColumn } from '#db/reseal.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'

const purpose = 'exports.body'

export interface AskedExport {
  readonly id: string
  readonly askedAt: Date
  readonly readyAt: Date | null
  readonly expiresAt: Date
  readonly bytes: number | null
}

export interface WaitingExport {
  readonly accountId: string
  readonly epoch: number
  readonly client: ClientInfo
}

const columns = {
  id: 'e.id',
  askedAt: 'e.asked_at',
  readyAt: 'e.ready_at',
  expiresAt: 'e.expires_at',
  bytes: 'e.bytes',
}

const alive = (db: Db | Trx, accountId: string, at: Date) =>
  db('exports as e')
    .join('accounts as a', {
      'a.id': 'e.account_id',
      'a.epoch': 'e.epoch',
    })
    .where({ 'e.account_id': accountId })
    .where('e.expires_at', '>', at)

/** The newest first. */
export const listExports = (db: Db | Trx, accountId: string, at: Date): Promise<AskedExport[]> =>
  alive(db, accountId, at).orderBy('e.asked_at', 'desc').select(columns)

export async function insertExport(
  trx: AccountTrx,
  asked: WaitingExport & {
    readonly id: string
    readonly at: Date
    readonly expiresAt: Date
  },
): Promise<void> {
  await trx('exports').insert({
    id: asked.id,
    account_id: asked.accountId,
    epoch: asked.epoch,
    device: asked.client.device,
    place: asked.client.place,
    asked_at: asked.at,
    expires_at: asked.expiresAt,
  })
}

export async function renewExport(
  trx: AccountTrx,
  id: string,
  asked: { readonly at: Date; readonly expiresAt: Date },
): Promise<void> {
  await trx('exports').where({ id, ready_at: null }).update({
    asked_at: asked.at,
    expires_at: asked.expiresAt,
  })
}

export async function findWaiting(db: Db, id: string): Promise<WaitingExport | undefined> {
  const row = await db('exports').where({ id, ready_at: null }).first()
  return (
    row && {
      accountId: row.account_id,
      epoch: row.epoch,
      client: {
        device: row.device,
        place: row.place,
      },
    }
  )
}

/** @returns false if it waits no more */
export async function fillExport(
  trx: AccountTrx,
  keyring: Keyring,
  id: string,
  made: {
    readonly body: string
    readonly at: Date
    readonly expiresAt: Date
  },
): Promise<boolean> {
  const filled = await trx('exports')
    .where({ id, ready_at: null })
    .update({
      body_sealed: keyring.seal(purpose, made.body),
      bytes: Buffer.byteLength(made.body),
      ready_at: made.at,
      expires_at: made.expiresAt,
    })
  return filled === 1
}

export async function readExport(
  db: Db,
  keyring: Keyring,
  about: {
    readonly id: string
    readonly accountId: string
    readonly at: Date
  },
): Promise<(AskedExport & { body: string }) | undefined> {
  const row = await alive(db, about.accountId, about.at)
    .where({ 'e.id': about.id })
    .whereNotNull('e.ready_at')
    .first({ ...columns, sealed: 'e.body_sealed' })
  if (!row) return undefined
  const { sealed, ...file } = row
  return {
    ...file,
    body: keyring.open(purpose, sealed),
  }
}

export async function dropExport(trx: AccountTrx, id: string): Promise<void> {
  await trx('exports').where({ id }).delete()
}

export async function dropExports(trx: AccountTrx, accountId: string): Promise<void> {
  await trx('exports').where({ account_id: accountId }).delete()
}

export async function deleteOldExports(db: Db, at: Date, limit: number): Promise<number> {
  const old = db('exports as e')
    .join('accounts as a', 'a.id', 'e.account_id')
    .where('e.expires_at', '<=', at)
    .orWhereRaw('a.epoch <> e.epoch')
    .limit(limit)
    .select('e.id')
  return await db('exports').whereIn('id', old).delete()
}

export const rekeyExports = (trx: Trx, keyring: Keyring, limit: number): Promise<number> =>
  resealColumn(
    trx,
    keyring,
    {
      table: 'exports',
      id: 'id',
      column: 'body_sealed',
      purpose,
    },
    limit,
  )
