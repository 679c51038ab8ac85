// New passwords that wait until everybody who was told had time to object (SECURITY_QUESTION=hold).

import type { Db, Trx } from '#db/connection.ts'
import { resealColumn } from '#db/reseal.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { NewPassword } from '#server/mail/mailboxes/want-mailbox.ts'

const sealPurpose = 'recovery-holds.password'

export interface Hold {
  readonly accountId: string
  /** Of the account, when the password was chosen. */
  readonly epoch: number
  readonly flowId: string
  readonly password: NewPassword
  /** Digest of the token of the browser that it was chosen in. */
  readonly device?: Buffer | undefined
  readonly client: ClientInfo
  readonly madeAt: Date
  readonly dueAt: Date
}

/**
 * Keeps the password.
 * Security: a second one neither replaces the first nor postpones it: the caller looked with `findHold`. What is left of an earlier epoch goes.
 */
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

/** The password that waits for the account and is of its present epoch. */
export async function findHold(
  db: Db | Trx,
  accountId: string,
): Promise<
  | { readonly madeAt: Date; readonly dueAt: Date; readonly device: string; readonly place: string }
  | undefined
> {
  const { rows } = await db.raw(
    `select h.made_at as "madeAt", h.due_at as "dueAt", h.device, h.place
     from recovery_holds h join accounts a on a.id = h.account_id and a.epoch = h.epoch where h.account_id = ?`,
    [accountId],
  )
  return rows[0]
}

/**
 * Takes the password out, if it is due: for exactly one caller.
 * Security: what waits dies with the epoch in which it was chosen.
 */
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

/** Of the password that waits since this flow. */
export async function findHeldVerifier(db: Db, flowId: string): Promise<string | undefined> {
  return (await db('recovery_holds').where({ flow_id: flowId }).first('password_verifier'))
    ?.password_verifier
}

/** Drops what waits for the account. */
export async function dropHold(trx: AccountTrx, accountId: string): Promise<boolean> {
  return (await trx('recovery_holds').where({ account_id: accountId }).delete()) > 0
}

/** Accounts whose waiting password is due at `dueBy`; `any`: all where one waits. */
export async function listHolds(db: Db, dueBy: Date | 'any', limit: number): Promise<string[]> {
  const all = db('recovery_holds').orderBy('due_at').limit(limit).select('account_id')
  const rows = await (dueBy === 'any' ? all : all.where('due_at', '<=', dueBy))
  return rows.map((row) => row.account_id)
}

/** Seals up to `limit` passwords that wait anew under the newest key, and returns how many were under an older one. */
export const rekeyHolds = (trx: Trx, keyring: Keyring, limit: number): Promise<number> =>
  resealColumn(
    trx,
    keyring,
    { table: 'recovery_holds', id: 'account_id', column: 'password_sealed', purpose: sealPurpose },
    limit,
  )
