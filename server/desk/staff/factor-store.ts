// The second factors of staff, and the sessions that passed them.
import type { Db, Trx } from '#db/connection.ts'
import { resealColumn } from '#db/reseal.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { factorSealPurpose } from './factor.ts'
import type { StaffRole } from './store.ts'

export interface Factor {
  readonly secretSealed: string
  readonly lastStep: number
  readonly confirmedAt: Date | null
}

/**
 * The secret that waits to be confirmed, or is confirmed already: the first that was made wins.
 * Security: one that waits since before the last change of the password may have been seen by a stranger, and is replaced.
 */
export async function prepareFactor(
  trx: AccountTrx,
  factor: { accountId: string; secretSealed: string; keyId: string; at: Date },
): Promise<Factor> {
  await trx.raw(
    `insert into staff_factors as kept (account_id, secret_sealed, key_id, made_at)
     values (:accountId, :secretSealed, :keyId, :at)
     on conflict (account_id) do update set
       secret_sealed = excluded.secret_sealed, key_id = excluded.key_id, made_at = excluded.made_at
     where kept.confirmed_at is null
       and kept.made_at < (select password_changed_at from accounts where id = :accountId)`,
    { ...factor },
  )
  const found = await findFactor(trx, factor.accountId)
  if (!found) throw new Error('a factor went while it was made')
  return found
}

export async function findFactor(db: Db | Trx, accountId: string): Promise<Factor | undefined> {
  const row = await db('staff_factors').where({ account_id: accountId }).first()
  return (
    row && {
      secretSealed: row.secret_sealed,
      lastStep: Number(row.last_step),
      confirmedAt: row.confirmed_at,
    }
  )
}

/** False where it was confirmed meanwhile. */
export async function confirmFactor(
  trx: AccountTrx,
  accountId: string,
  step: number,
  at: Date,
): Promise<boolean> {
  const changed = await trx('staff_factors')
    .where({ account_id: accountId })
    .whereNull('confirmed_at')
    .update({ confirmed_at: at, last_step: step })
  return changed === 1
}

/** Security: a code that was taken is never taken again: one guarded statement spends its time step. */
export async function spendStep(
  trx: AccountTrx,
  accountId: string,
  step: number,
): Promise<boolean> {
  const changed = await trx('staff_factors')
    .where({ account_id: accountId })
    .whereNotNull('confirmed_at')
    .where('last_step', '<', step)
    .update({ last_step: step })
  return changed === 1
}

/** Replaces all recovery codes. */
export async function keepRecoveryCodes(
  trx: AccountTrx,
  accountId: string,
  digests: readonly Buffer[],
  at: Date,
): Promise<void> {
  await trx('staff_recovery_codes').where({ account_id: accountId }).delete()
  await trx('staff_recovery_codes').insert(
    digests.map((digest) => ({ account_id: accountId, digest, made_at: at })),
  )
}

/** Security: a recovery code works once. `digests` are of one code under every listed key. */
export async function spendRecoveryCode(
  trx: AccountTrx,
  accountId: string,
  digests: readonly Buffer[],
  at: Date,
): Promise<boolean> {
  const changed = await trx('staff_recovery_codes')
    .where({ account_id: accountId })
    .whereIn('digest', [...digests])
    .whereNull('used_at')
    .update({ used_at: at })
  return changed === 1
}

export async function countRecoveryCodes(db: Db, accountId: string): Promise<number> {
  const row = await db('staff_recovery_codes')
    .where({ account_id: accountId })
    .whereNull('used_at')
    .count('* as left')
    .first()
  return Number(row?.left ?? 0)
}

/** False where there was none. Whoever has the role enrols anew. */
export async function removeFactor(trx: AccountTrx, accountId: string): Promise<boolean> {
  await trx('staff_sessions')
    .whereIn('id_digest', trx('sessions').where({ account_id: accountId }).select('id_digest'))
    .delete()
  return (await trx('staff_factors').where({ account_id: accountId }).delete()) > 0
}

export async function setShortcutsOff(
  db: Db,
  accountId: string,
  offAt: Date | null,
): Promise<void> {
  await db('staff_factors').where({ account_id: accountId }).update({ shortcuts_off_at: offAt })
}

/** The session is inside from now on. */
export async function enterStaffSession(
  trx: Trx,
  sessionDigest: Buffer,
  at: Date,
  newCodesSealed: string | null = null,
): Promise<void> {
  await trx('staff_sessions')
    .insert({
      id_digest: sessionDigest,
      verified_at: at,
      seen_at: at,
      new_codes_sealed: newCodesSealed,
    })
    .onConflict('id_digest')
    .merge()
}

export async function findNewCodes(db: Db, sessionDigest: Buffer): Promise<string | undefined> {
  const row = await db('staff_sessions')
    .where({ id_digest: sessionDigest })
    .first('new_codes_sealed')
  return row?.new_codes_sealed ?? undefined
}

export async function forgetNewCodes(db: Db, sessionDigest: Buffer): Promise<void> {
  await db('staff_sessions').where({ id_digest: sessionDigest }).update({ new_codes_sealed: null })
}

export interface StaffStanding {
  readonly roles: readonly StaffRole[]
  readonly enrolled: boolean
  readonly shortcuts: boolean
  /** Last request to a staff page of this session; null where it has not passed the second factor. */
  readonly seenAt: Date | null
  readonly hasNewCodes: boolean
}

/** Everything that the door asks for, as it is at this moment: a role that was revoked is gone at the next request. */
export async function findStanding(
  db: Db,
  accountId: string,
  sessionDigest: Buffer,
): Promise<StaffStanding> {
  const { rows } = await db.raw(
    `select array(select role from staff_roles where account_id = :accountId order by role) as roles,
       f.confirmed_at is not null as enrolled, f.shortcuts_off_at is null as shortcuts,
       s.seen_at, s.new_codes_sealed is not null as has_new_codes
     from (select 1) as one
     left join staff_factors f on f.account_id = :accountId
     left join staff_sessions s on s.id_digest = :sessionDigest and f.confirmed_at is not null`,
    { accountId, sessionDigest },
  )
  const [row] = rows
  return {
    roles: row.roles,
    enrolled: row.enrolled,
    shortcuts: row.shortcuts,
    seenAt: row.seen_at,
    hasNewCodes: row.has_new_codes,
  }
}

/** Writes that the session was seen, unless it has been idle for too long. */
export async function touchStaffSession(db: Db, sessionDigest: Buffer, at: Date): Promise<void> {
  await db('staff_sessions')
    .where({ id_digest: sessionDigest })
    .where('seen_at', '<', at)
    .update({ seen_at: at })
}

/** Moves up to `limit` secrets to the newest key. Recovery codes cannot be moved: they work while their key is listed. */
export const rekeyFactors = (trx: Trx, keyring: Keyring, limit: number): Promise<number> =>
  resealColumn(
    trx,
    keyring,
    {
      table: 'staff_factors',
      id: 'account_id',
      column: 'secret_sealed',
      purpose: factorSealPurpose,
      namesKey: true,
    },
    limit,
  )

export interface StaffEntry {
  readonly address: string
  readonly roles: readonly StaffRole[]
  readonly enrolledAt: Date | null
  readonly codesLeft: number
}

/** Everybody with a role. */
export async function listStaff(db: Db): Promise<StaffEntry[]> {
  const { rows } = await db.raw(
    `select a.address, array_agg(r.role order by r.role) as roles, f.confirmed_at,
       (select count(*) from staff_recovery_codes c where c.account_id = a.id and c.used_at is null)::int as codes
     from staff_roles r join accounts a on a.id = r.account_id left join staff_factors f on f.account_id = a.id
     group by a.id, f.confirmed_at order by a.address`,
  )
  return rows.map((row: Record<string, unknown>) => ({
    address: row.address as string,
    roles: row.roles as StaffRole[],
    enrolledAt: row.confirmed_at as Date | null,
    codesLeft: row.codes as number,
  }))
}

/** Whether the session is inside: for what is told when it ends. */
export async function isInside(db: Db, sessionDigest: Buffer): Promise<boolean> {
  return (
    (await db('staff_sessions').where({ id_digest: sessionDigest }).first('seen_at')) !== undefined
  )
}

/** Whether the session passed the second factor after that moment. */
export async function wentInside(db: Db, sessionDigest: Buffer, after: Date): Promise<boolean> {
  const query = db('staff_sessions')
    .where({ id_digest: sessionDigest })
    .where('verified_at', '>', after)
  return (await query.first('seen_at')) !== undefined
}
