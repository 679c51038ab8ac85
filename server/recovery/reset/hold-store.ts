// New passwords that are held for some days, so that their owner can object.
import type { Db, Trx } from '#db/connection.ts'
import { resealColumn } from '#db/reseal.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import type { NewPassword } from '#server/accounts/life/account-life.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'

const sealPurpose = 'recovery-holds.password'

export interface Hold {
  readonly accountId: string
  readonly epoch: number
  readonly flowId: string
  readonly password: NewPassword
  /** Digest of the device token of the browser that chose it. */
  readonly device?: Buffer | undefined
  readonly client: ClientInfo
  readonly madeAt: Date
  readonly dueAt: Date
}

// Security: A second held password neither replaces the first nor postpones it. The caller checks
// that none is held in this epoch. One of an earlier epoch is dead, and is deleted here.
export async function putHold(trx: AccountTrx, keyring: Keyring, hold: Hold): Promise<void> {
  const { accountId, epoch } = hold
  await trx('recovery_holds').where({ account_id: accountId }).whereNot({ epoch }).delete()
  await trx('recovery_holds').insert({
    account_id: accountId,
    epoch,
    flow_id: hold.flowId,
    password_verifier: hold.password.verifier,
    password_sealed: keyring.seal(sealPurpose, hold.password.plain),
    device_digest: hold.device ?? null,
    device: hold.client.device,
    place: hold.client.place,
    made_at: hold.madeAt,
    due_at: hold.dueAt,
  })
}

export async function findHold(
  db: Db | Trx,
  accountId: string,
): Promise<
  | { readonly madeAt: Date; readonly dueAt: Date; readonly device: string; readonly place: string }
  | undefined
> {
  const { rows } = await db.raw(
    `select h.made_at as "madeAt", h.due_at as "dueAt", h.device, h.place
     from recovery_holds h join accounts a on a.id = h.account_id and a.epoch = h.epoch
     where h.account_id = ?`,
    [accountId],
  )
  return rows[0]
}

// Security: A held password dies with a block, with its account and with its epoch.
export async function takeDueHold(
  trx: AccountTrx,
  keyring: Keyring,
  accountId: string,
  at: Date,
): Promise<Hold | undefined> {
  const { rows } = await trx.raw(
    `delete from recovery_holds h using accounts a
     where h.account_id = :accountId and h.due_at <= :at and a.id = h.account_id
     returning h.*, a.blocked_at is null and a.closed_at is null and a.epoch = h.epoch as live`,
    { accountId, at },
  )
  const row = rows[0]
  if (!row?.live) return undefined
  return {
    accountId: row.account_id,
    epoch: row.epoch,
    flowId: row.flow_id,
    password: {
      verifier: row.password_verifier,
      plain: keyring.open(sealPurpose, row.password_sealed),
    },
    ...(row.device_digest ? { device: row.device_digest } : {}),
    client: { device: row.device, place: row.place },
    madeAt: row.made_at,
    dueAt: row.due_at,
  }
}

/** The verifier of the held password that was chosen in this flow. */
export async function findHeldVerifier(db: Db, flowId: string): Promise<string | undefined> {
  return (await db('recovery_holds').where({ flow_id: flowId }).first('password_verifier'))
    ?.password_verifier
}

export async function dropHold(trx: AccountTrx, accountId: string): Promise<boolean> {
  return (await trx('recovery_holds').where({ account_id: accountId }).delete()) > 0
}

/** Accounts with a held password that is due, the longest due first. `any`: due or not. */
export async function listHolds(db: Db, dueBy: Date | 'any', limit: number): Promise<string[]> {
  const all = db('recovery_holds').orderBy('due_at').limit(limit).select('account_id')
  const rows = await (dueBy === 'any' ? all : all.where('due_at', '<=', dueBy))
  return rows.map((row) => row.account_id)
}

/** Seals up to `limit` passwords under the newest key. @returns how many it sealed */
export const rekeyHolds = (trx: Trx, keyring: Keyring, limit: number): Promise<number> =>
  resealColumn(
    trx,
    keyring,
    { table: 'recovery_holds', id: 'account_id', column: 'password_sealed', purpose: sealPurpose },
    limit,
  )
