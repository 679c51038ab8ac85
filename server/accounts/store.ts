// Who exists.
import type { Db, Trx } from '#db/connection.ts'

export interface Account {
  readonly id: string
  /** `name@domain`, canonical. */
  readonly address: string
  readonly passwordVerifier: string
  readonly passwordChangedAt: Date
  readonly locale: string | null
  readonly createdAt: Date
  readonly blockedAt: Date | null
  readonly blockReason: string | null
  /** Since when nobody signs in before a new password was set by recovery. */
  readonly resetDemandedAt: Date | null
  readonly closedAt: Date | null
}

/** The columns that `asAccount` reads. */
export const accountColumns = [
  'id',
  'address',
  'password_verifier',
  'password_changed_at',
  'locale',
  'created_at',
  'blocked_at',
  'block_reason',
  'reset_demanded_at',
  'closed_at',
] as const

export const asAccount = (row: Record<string, unknown>): Account => ({
  id: row.id as string,
  address: row.address as string,
  passwordVerifier: row.password_verifier as string,
  passwordChangedAt: row.password_changed_at as Date,
  locale: row.locale as string | null,
  createdAt: row.created_at as Date,
  blockedAt: row.blocked_at as Date | null,
  blockReason: row.block_reason as string | null,
  resetDemandedAt: row.reset_demanded_at as Date | null,
  closedAt: row.closed_at as Date | null,
})

export async function findAccountByAddress(db: Db | Trx, address: string): Promise<Account | undefined> {
  // PostgreSQL takes no null character, and strangers write addresses into letters and URLs.
  if (address.includes('\0')) return undefined
  const row = await db('accounts').where({ address }).first()
  return row && asAccount(row)
}

/** Only whose address it is: known and unknown addresses are answered in the same time. */
export async function findAccountId(db: Db | Trx, address: string): Promise<string | undefined> {
  if (address.includes('\0')) return undefined
  const row = await db('accounts').where({ address }).first('id')
  return row?.id
}

export async function findAccount(db: Db | Trx, id: string): Promise<Account | undefined> {
  const row = await db('accounts').where({ id }).first()
  return row && asAccount(row)
}

export async function insertAccount(
  trx: Trx,
  account: { id: string; address: string; passwordVerifier: string; locale: string; at: Date },
): Promise<void> {
  await trx('accounts').insert({
    id: account.id,
    address: account.address,
    password_verifier: account.passwordVerifier,
    password_changed_at: account.at,
    locale: account.locale,
    created_at: account.at,
  })
}

/**
 * Replaces the verifier for a new password.
 * @param voids the one before is kept, so that it can be refused as the next one; of two that were made void in a row the first
 */
export async function setPassword(
  trx: Trx,
  id: string,
  passwordVerifier: string,
  at: Date,
  voids = false,
): Promise<void> {
  await trx('accounts')
    .where({ id })
    .update({
      password_verifier: passwordVerifier,
      password_changed_at: at,
      voided_verifier: voids ? trx.raw('coalesce(voided_verifier, password_verifier)') : null,
    })
}

/** Verifiers of the present password and of one that was made void since the last that its owner chose. */
export async function listRefusedVerifiers(db: Db | Trx, id: string): Promise<string[]> {
  const row = await db('accounts').where({ id }).first('password_verifier', 'voided_verifier')
  return [row?.password_verifier, row?.voided_verifier].filter((each) => typeof each === 'string')
}

/** Replaces the verifier of the same password by a stronger one, unless the password was changed meanwhile. */
export async function strengthenVerifier(db: Db | Trx, id: string, from: string, to: string): Promise<void> {
  await db('accounts').where({ id, password_verifier: from }).update({ password_verifier: to })
}

/** The language that mails to the account are written in. */
export async function setLocale(db: Db | Trx, id: string, locale: string): Promise<void> {
  await db('accounts').where({ id }).update({ locale })
}

/** Returns false where the account was blocked already (or is unknown). */
export async function blockAccount(trx: Trx, id: string, reason: string, at: Date): Promise<boolean> {
  const changed = await trx('accounts')
    .where({ id })
    .whereNull('blocked_at')
    .update({ blocked_at: at, block_reason: reason })
  return changed === 1
}

/** Returns false where the account was not blocked (or is unknown). */
export async function unblockAccount(trx: Trx, id: string): Promise<boolean> {
  const changed = await trx('accounts')
    .where({ id })
    .whereNotNull('blocked_at')
    .update({ blocked_at: null, block_reason: null })
  return changed === 1
}

export type HeldAccount =
  | { readonly kind: 'held'; readonly address: string; readonly locale: string | null }
  | { readonly kind: 'probation'; readonly until: Date }
  | { readonly kind: 'gone' }

/**
 * Locks the account's row until the transaction ends, so that changes of its recovery methods come one after the other.
 * Security: during probation, and for a blocked or closed account, no recovery method is changed, whichever page asks.
 */
export async function holdForMethodChange(trx: Trx, id: string, at: Date): Promise<HeldAccount> {
  const { rows } = await trx.raw(
    `select address, locale, probation_until, blocked_at is not null or reset_demanded_at is not null or closed_at is not null as gone
     from accounts where id = ? for no key update`,
    [id],
  )
  const [row] = rows
  if (!row || row.gone) return { kind: 'gone' }
  if (row.probation_until && row.probation_until > at) return { kind: 'probation', until: row.probation_until }
  return { kind: 'held', address: row.address, locale: row.locale }
}

/** The end of the account's probation, where it lies ahead. */
export async function findProbation(db: Db | Trx, id: string, at: Date): Promise<Date | undefined> {
  const row = await db('accounts').where({ id }).where('probation_until', '>', at).first('probation_until')
  return row?.probation_until
}

/**
 * Locks the account's row until the transaction ends, so that whatever replaces its password comes one after the other.
 * @returns false for an account that is blocked, closed or unknown
 */
export async function holdAccount(trx: Trx, id: string): Promise<boolean> {
  const { rows } = await trx.raw(
    'select blocked_at is null and closed_at is null as open from accounts where id = ? for no key update',
    [id],
  )
  return rows[0]?.open ?? false
}

/** The holder of a contact has shown who they are. */
export async function endProbation(trx: Trx, id: string): Promise<void> {
  await trx('accounts').where({ id }).update({ probation_until: null })
}

/** After a reset by security question. */
export async function startProbation(trx: Trx, id: string, until: Date): Promise<void> {
  await trx('accounts').where({ id }).update({ probation_until: until })
}

/** The addresses of these accounts by id, for showing who did something. */
export async function findAddresses(
  db: Db | Trx,
  ids: readonly (string | null)[],
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(ids.filter((id) => id !== null))]
  if (wanted.length === 0) return new Map()
  const rows = await db('accounts').whereIn('id', wanted).select('id', 'address')
  return new Map(rows.map((row) => [row.id, row.address]))
}
