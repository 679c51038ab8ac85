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
 * Stores a new secret unless one is there already, and returns the stored one.
 * Security: A secret that was not confirmed before a change of password is replaced.
 * A stranger may have seen it.
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
  if (!found) throw new Error('a factor vanished while it was made')
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

/** False if another request confirmed the secret meanwhile. */
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

/** Security: An authenticator code works once. One guarded statement spends its time step. */
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

/** False if there was none. A member who still has a role must enrol again. */
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

/**
 * Moves up to `limit` secrets to the newest key.
 * Recovery codes cannot be moved: they work while their key is listed.
 */
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

export async function listStaff(db: Db): Promise<StaffEntry[]> {
  const { rows } = await db.raw(
    `select a.address, array_agg(r.role order by r.role) as roles, f.confirmed_at,
       (select count(*) from staff_recovery_codes c
        where c.account_id = a.id and c.used_at is null)::int as codes
     from staff_roles r
     join accounts a on a.id = r.account_id
     left join staff_factors f on f.account_id = a.id
     group by a.id, f.confirmed_at
     order by a.address`,
  )
  return rows.map((row: Record<string, unknown>) => ({
    address: row.address as string,
    roles: row.roles as StaffRole[],
    enrolledAt: row.confirmed_at as Date | null,
    codesLeft: row.codes as number,
  }))
}
