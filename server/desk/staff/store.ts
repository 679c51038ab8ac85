import type { Db, Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'

export const staffRoles = [
  'reader',
  'analyst',
  'senior',
  'support',
  'operator',
  'emergency',
] as const
export type StaffRole = (typeof staffRoles)[number]

export const isStaffRole = (value: unknown): value is StaffRole =>
  staffRoles.some((role) => role === value)

/** False if the account had the role already. */
export async function grantRole(
  trx: AccountTrx,
  accountId: string,
  role: StaffRole,
  at: Date,
): Promise<boolean> {
  const rows = await trx('staff_roles')
    .insert({ account_id: accountId, role, granted_at: at })
    .onConflict(['account_id', 'role'])
    .ignore()
    .returning('role')
  return rows.length > 0
}

/** False if the account did not have the role. */
export async function revokeRole(
  trx: AccountTrx,
  accountId: string,
  role: StaffRole,
): Promise<boolean> {
  return (await trx('staff_roles').where({ account_id: accountId, role }).delete()) > 0
}

export async function listRoles(db: Db | Trx, accountId: string): Promise<StaffRole[]> {
  return (
    await db('staff_roles').where({ account_id: accountId }).orderBy('role').select('role')
  ).map((row) => row.role)
}
