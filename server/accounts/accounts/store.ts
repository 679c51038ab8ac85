import type { Db, Trx } from '#db/connection.ts'
import type { AccountTrx } from './change-account.ts'

export interface Account {
  readonly id: string
  /** `name@domain`, canonical. */
  readonly address: string
  readonly passwordVerifier: string
  readonly passwordChangedAt: Date
  readonly locale: string | null
  readonly displayName: string | null
  readonly createdAt: Date
  readonly blockedAt: Date | null
  readonly blockReason: string | null
  /** When the desk demanded a new password. Until a recovery sets one, nobody may sign in. */
  readonly resetDemandedAt: Date | null
  /** Since when its owner closes it, and until when the owner can keep it. */
  readonly closingAt: Date | null
  readonly closesAt: Date | null
  readonly closedAt: Date | null
  readonly epoch: number
}

export const accountColumns = [
  'id',
  'address',
  'password_verifier',
  'password_changed_at',
  'locale',
  'display_name',
  'created_at',
  'blocked_at',
  'block_reason',
  'reset_demanded_at',
  'closing_at',
  'closes_at',
  'closed_at',
  'epoch',
] as const

export const asAccount = (row: Record<string, unknown>): Account => ({
  id: row.id as string,
  address: row.address as string,
  passwordVerifier: row.password_verifier as string,
  passwordChangedAt: row.password_changed_at as Date,
  locale: row.locale as string | null,
  displayName: row.display_name as string | null,
  createdAt: row.created_at as Date,
  blockedAt: row.blocked_at as Date | null,
  blockReason: row.block_reason as string | null,
  resetDemandedAt: row.reset_demanded_at as Date | null,
  closingAt: row.closing_at as Date | null,
  closesAt: row.closes_at as Date | null,
  closedAt: row.closed_at as Date | null,
  epoch: row.epoch as number,
})

export async function findAccountByAddress(
  db: Db | Trx,
  address: string,
): Promise<Account | undefined> {
  // PostgreSQL refuses the null character, which strangers may put into addresses.
  if (address.includes('\0')) return undefined
  const row = await db('accounts').where({ address }).first()
  return row && asAccount(row)
}

/** Reads only two columns, so that known and unknown addresses take the same time. */
export async function findAccountEpoch(
  db: Db | Trx,
  address: string,
): Promise<{ readonly id: string; readonly epoch: number } | undefined> {
  if (address.includes('\0')) return undefined
  return await db('accounts').where({ address }).first('id', 'epoch')
}

export async function findAccount(db: Db | Trx, id: string): Promise<Account | undefined> {
  const row = await db('accounts').where({ id }).first()
  return row && asAccount(row)
}

/** The new row needs no lock: nobody else can see it yet. */
export async function insertAccount(
  trx: Trx,
  account: { id: string; address: string; passwordVerifier: string; locale: string; at: Date },
): Promise<AccountTrx> {
  await trx('accounts').insert({
    id: account.id,
    address: account.address,
    password_verifier: account.passwordVerifier,
    password_changed_at: account.at,
    locale: account.locale,
    created_at: account.at,
  })
  return trx as AccountTrx
}

/** Ends every earlier proof but the undo links of contacts. */
export async function beginEpoch(trx: AccountTrx, id: string): Promise<void> {
  await trx('accounts').where({ id }).increment('epoch')
}

/** Whether the portal keeps an owner out, and why. */
export interface PortalAccess {
  readonly blockedAt: Date | null
  readonly reason: string | null
  readonly resetDemandedAt: Date | null
  /** True voids every earlier proof of the account. */
  readonly newEpoch: boolean
}

export async function setPortalAccess(
  trx: AccountTrx,
  accountId: string,
  { blockedAt, reason, resetDemandedAt, newEpoch }: PortalAccess,
): Promise<void> {
  await trx('accounts')
    .where({ id: accountId })
    .update({
      blocked_at: blockedAt,
      block_reason: reason,
      reset_demanded_at: resetDemandedAt,
      ...(newEpoch ? { epoch: trx.raw('epoch + 1') } : {}),
    })
}

export async function findProbation(db: Db | Trx, id: string, at: Date): Promise<Date | undefined> {
  const row = await db('accounts')
    .where({ id })
    .where('probation_until', '>', at)
    .first('probation_until')
  return row?.probation_until
}

export async function endProbation(trx: AccountTrx, id: string): Promise<void> {
  await trx('accounts').where({ id }).update({ probation_until: null })
}

export async function startProbation(trx: AccountTrx, id: string, until: Date): Promise<void> {
  await trx('accounts').where({ id }).update({ probation_until: until })
}

export async function findAddresses(
  db: Db | Trx,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(ids.filter((id) => id !== null))]
  if (wanted.length === 0) return new Map()
  const rows = await db('accounts').whereIn('id', wanted).select('id', 'address')
  return new Map(rows.map((row) => [row.id, row.address]))
}

export interface NewVerifier {
  readonly verifier: string
  readonly at: Date
  /** True also ends the undo links of contacts. Those of the mailbox end anyway. */
  readonly voidsLinks: boolean
}

/** Begins a new epoch, and returns it. */
export async function replaceVerifier(
  trx: AccountTrx,
  id: string,
  { verifier, at, voidsLinks }: NewVerifier,
): Promise<number> {
  const [row] = await trx('accounts')
    .where({ id })
    .update({
      password_verifier: verifier,
      password_changed_at: at,
      epoch: trx.raw('epoch + 1'),
      ...(voidsLinks ? { links_epoch: trx.raw('epoch + 1') } : {}),
    })
    .returning('epoch')
  return row.epoch
}

/** Does nothing if the password has changed meanwhile. */
export async function strengthenVerifier(
  db: Db | Trx,
  id: string,
  from: string,
  to: string,
): Promise<void> {
  await db('accounts').where({ id, password_verifier: from }).update({ password_verifier: to })
}

export async function exportAccount(db: Db, id: string): Promise<{ accounts: object[] }> {
  const columns = [
    'address',
    'display_name',
    'locale',
    'scheme',
    'created_at',
    'password_changed_at',
    'blocked_at',
    'reset_demanded_at',
    'probation_until',
    'closing_at',
    'closes_at',
  ]
  return {
    accounts: await db('accounts')
      .where({ id })
      .select(...columns),
  }
}
