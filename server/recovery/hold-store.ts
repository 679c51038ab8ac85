// New passwords that wait until everybody who was told had time to object (SECURITY_QUESTION=hold).
import type { Db, Trx } from '#db/connection.ts'
import { resealColumn } from '#db/reseal.ts'
import type { Trace } from '../activity/events.ts'
import type { Keyring } from '../core/keyring.ts'
import type { NewPassword } from '../mailboxes/want-mailbox.ts'

const sealPurpose = 'recovery-holds.password'

export interface Hold {
  readonly accountId: string
  readonly flowId: string
  readonly password: NewPassword
  /** Digest of the token of the browser that it was chosen in. */
  readonly device?: Buffer | undefined
  readonly trace: Trace
  readonly madeAt: Date
  readonly dueAt: Date
}

/** Keeps the password, in place of one that waits already. */
export async function putHold(trx: Trx, keyring: Keyring, hold: Hold): Promise<void> {
  await trx('recovery_holds')
    .insert({
      account_id: hold.accountId,
      flow_id: hold.flowId,
      password_verifier: hold.password.verifier,
      password_sealed: keyring.seal(sealPurpose, hold.password.plain),
      device_digest: hold.device ?? null,
      device: hold.trace.device,
      place: hold.trace.place,
      made_at: hold.madeAt,
      due_at: hold.dueAt,
    })
    .onConflict('account_id')
    .merge()
}

/**
 * Takes the password out, if it is due: for exactly one caller.
 * Security: what waits dies with a block, and with any change of the password in between.
 */
export async function takeDueHold(trx: Trx, keyring: Keyring, accountId: string, at: Date): Promise<Hold | undefined> {
  const { rows } = await trx.raw(
    `delete from recovery_holds h using accounts a
     where h.account_id = :accountId and h.due_at <= :at and a.id = h.account_id
     returning h.*, a.blocked_at is null and a.closed_at is null and a.password_changed_at <= h.made_at as live`,
    { accountId, at },
  )
  const row = rows[0]
  if (!row?.live) return undefined
  return {
    accountId: row.account_id,
    flowId: row.flow_id,
    password: { verifier: row.password_verifier, plain: keyring.open(sealPurpose, row.password_sealed) },
    ...(row.device_digest ? { device: row.device_digest } : {}),
    trace: { device: row.device, place: row.place },
    madeAt: row.made_at,
    dueAt: row.due_at,
  }
}

/** Drops what waits for the account. */
export async function dropHold(trx: Trx, accountId: string): Promise<boolean> {
  return (await trx('recovery_holds').where({ account_id: accountId }).delete()) > 0
}

/** Accounts whose waiting password is due. */
export async function listDueHolds(db: Db, at: Date, limit: number): Promise<string[]> {
  const rows = await db('recovery_holds').where('due_at', '<=', at).orderBy('due_at').limit(limit).select('account_id')
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
