// Who exists.
import type { Db, Trx } from '#db/connection.ts'
import type { AccountTrx } from './change-account.ts'

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
  /** Grows when all that was before is to end: change-account.ts. */
  readonly epoch: number
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
  'epoch',
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
  epoch: row.epoch as number,
})

export async function findAccountByAddress(
  db: Db | Trx,
  address: string,
): Promise<Account | undefined> {
  // PostgreSQL takes no null character, and strangers write addresses into letters and URLs.
  if (address.includes('\0')) return undefined
  const row = await db('accounts').where({ address }).first()
  return row && asAccount(row)
}

/** Only whose address it is, and in which epoch: known and unknown addresses are answered in the same time. */
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

/** @returns the transaction as one that has gone through the account's door: nobody else can see the new row */
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

/** Of an account so many of the passwords that were replaced lately are remembered: the first ones and the last. */
const rememberedPasswords = 10

/** Security: however often a stranger changes the password, the one that its owner had before stays among them. */
async function rememberPassword(trx: AccountTrx, id: string, at: Date): Promise<void> {
  await trx.raw(
    `delete from replaced_passwords where ctid in (
       select ctid from replaced_passwords where account_id = :id order by replaced_at offset :kept)`,
    { id, kept: rememberedPasswords - 1 },
  )
  await trx.raw(
    `insert into replaced_passwords (account_id, verifier, replaced_at)
     select id, password_verifier, :at from accounts where id = :id`,
    { id, at },
  )
}

/**
 * Replaces the verifier for a new password, and begins a new epoch.
 * @param change.voidsLinks true where earlier links "this was not me" end too, those that went to contacts as well
 * @returns the new epoch
 */
export async function setPassword(
  trx: AccountTrx,
  id: string,
  change: { verifier: string; at: Date; voidsLinks: boolean },
): Promise<number> {
  await rememberPassword(trx, id, change.at)
  const [row] = await trx('accounts')
    .where({ id })
    .update({
      password_verifier: change.verifier,
      password_changed_at: change.at,
      epoch: trx.raw('epoch + 1'),
      ...(change.voidsLinks ? { links_epoch: trx.raw('epoch + 1') } : {}),
    })
    .returning('epoch')
  return row.epoch
}

export async function findVerifier(db: Db | Trx, id: string): Promise<string | undefined> {
  const row = await db('accounts').where({ id }).first('password_verifier')
  return row?.password_verifier ?? undefined
}

/** Verifiers of passwords that were replaced since then. */
export async function listReplacedVerifiers(
  db: Db | Trx,
  id: string,
  since: Date,
): Promise<string[]> {
  return await db('replaced_passwords')
    .where({ account_id: id })
    .where('replaced_at', '>', since)
    .orderBy('replaced_at')
    .pluck('verifier')
}

/** Deletes verifiers of passwords that were replaced before then, `limit` rows at once, and returns how many. */
export async function deleteOldVerifiers(db: Db, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw(
    'delete from replaced_passwords where ctid in (select ctid from replaced_passwords where replaced_at < ? limit ?)',
    [before, limit],
  )
  return rowCount
}

/** Replaces the verifier of the same password by a stronger one, unless the password was changed meanwhile. */
export async function strengthenVerifier(
  db: Db | Trx,
  id: string,
  from: string,
  to: string,
): Promise<void> {
  await db('accounts').where({ id, password_verifier: from }).update({ password_verifier: to })
}

/** Begins a new epoch: what was proven until now is worth nothing any more. Contacts' links "this was not me" go on. */
export async function beginEpoch(trx: AccountTrx, id: string): Promise<void> {
  await trx('accounts').where({ id }).increment('epoch')
}

/** Begins a new epoch. Returns false where the account was blocked already. */
export async function blockAccount(
  trx: AccountTrx,
  id: string,
  reason: string,
  at: Date,
): Promise<boolean> {
  const changed = await trx('accounts')
    .where({ id })
    .whereNull('blocked_at')
    .update({ blocked_at: at, block_reason: reason, epoch: trx.raw('epoch + 1') })
  return changed === 1
}

/** Begins a new epoch: what was held in the hand during the block stays dead. Returns false where it was not blocked. */
export async function unblockAccount(trx: AccountTrx, id: string): Promise<boolean> {
  const changed = await trx('accounts')
    .where({ id })
    .whereNotNull('blocked_at')
    .update({ blocked_at: null, block_reason: null, epoch: trx.raw('epoch + 1') })
  return changed === 1
}

/** The end of the account's probation, where it lies ahead. */
export async function findProbation(db: Db | Trx, id: string, at: Date): Promise<Date | undefined> {
  const row = await db('accounts')
    .where({ id })
    .where('probation_until', '>', at)
    .first('probation_until')
  return row?.probation_until
}

/** The holder of a contact has shown who they are. */
export async function endProbation(trx: AccountTrx, id: string): Promise<void> {
  await trx('accounts').where({ id }).update({ probation_until: null })
}

/** After a reset by security question. */
export async function startProbation(trx: AccountTrx, id: string, until: Date): Promise<void> {
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
