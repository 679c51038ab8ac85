// Filters that wait for their owner. What they say is a person's data, and sealed.
import type { Db, Trx } from '#db/connection.ts'
import { resealColumn } from '#db/reseal.ts'
import type { AccountTrx } from '../accounts/change-account.ts'
import type { Keyring } from '../core/keyring.ts'
import type { FilterScript } from '../mail-platform/mail-platform.ts'

export type Decision = 'keep' | 'remove'
/** Why one could not be kept: its scripts are others by now, or the platform refuses them. */
export type KeepProblem = 'changed' | 'refused'

export interface HeldFilter {
  readonly id: string
  readonly name: string
  /** The one that was at work, then those that it includes; undefined until they are read. */
  readonly scripts: readonly FilterScript[] | undefined
  readonly heldAt: Date
  readonly decision: Decision | null
  readonly problem: KeepProblem | null
}

type Sealed = Pick<HeldFilter, 'name' | 'scripts'>

const purpose = 'mail-filters.held'
const seal = (keyring: Keyring, filter: Sealed) => keyring.seal(purpose, JSON.stringify(filter))

export async function listHeldFilters(db: Db | Trx, keyring: Keyring, accountId: string): Promise<HeldFilter[]> {
  const rows = await db('held_filters').where({ account_id: accountId }).orderBy('held_at', 'desc').orderBy('id')
  return rows.map((row) => {
    const { name, scripts } = JSON.parse(keyring.open(purpose, row.filter_sealed)) as Sealed
    return { id: row.id, name, scripts, heldAt: row.held_at, decision: row.decision, problem: row.problem }
  })
}

export async function insertHeldFilter(
  trx: Trx,
  keyring: Keyring,
  held: { accountId: string; name: string; at: Date },
): Promise<void> {
  const { accountId, name, at } = held
  const sealed = seal(keyring, { name, scripts: undefined })
  await trx('held_filters').insert({ account_id: accountId, filter_sealed: sealed, held_at: at })
}

export async function noteFilterRead(
  db: Db,
  keyring: Keyring,
  read: { id: string; name: string; scripts: readonly FilterScript[]; at: Date },
): Promise<void> {
  const { id, name, scripts, at } = read
  await db('held_filters')
    .where({ id, read_at: null })
    .update({ filter_sealed: seal(keyring, { name, scripts }), read_at: at })
}

export async function deleteHeldFilter(db: Db, id: string): Promise<void> {
  await db('held_filters').where({ id }).delete()
}

/** Security: what was to be kept and is not yet at work again waits again. */
export async function takeBackKeeping(trx: AccountTrx, accountId: string): Promise<void> {
  await trx('held_filters').where({ account_id: accountId, decision: 'keep' }).update({ decision: null })
}

/** @returns false where it is decided already, or not theirs, or not read yet and so nobody knows what would be kept */
export async function decideHeldFilter(
  trx: AccountTrx,
  accountId: string,
  id: string,
  decision: Decision,
): Promise<boolean> {
  const open = trx('held_filters').where({ account_id: accountId, id, decision: null })
  const known = decision === 'keep' ? open.whereNotNull('read_at') : open
  return (await known.update({ decision, problem: null })) === 1
}

/** It waits again, with the reason; one whose decision was taken back meanwhile stays as it is. */
export async function noteKeepProblem(db: Db, id: string, problem: KeepProblem): Promise<void> {
  await db('held_filters').where({ id, decision: 'keep' }).update({ decision: null, problem })
}

/** Done on the platform; one whose decision was taken back meanwhile waits on. */
export async function settleHeldFilter(db: Db, id: string, decision: Decision): Promise<void> {
  await db('held_filters').where({ id, decision }).delete()
}

export async function noteUnheld(db: Db, accountId: string, since: Date): Promise<void> {
  await db('unheld_filters').insert({ account_id: accountId, since }).onConflict('account_id').merge()
}

export async function forgetUnheld(trx: AccountTrx, accountId: string): Promise<boolean> {
  return (await trx('unheld_filters').where({ account_id: accountId }).delete()) === 1
}

export interface FilterWaiting {
  /** How many wait for a decision. */
  readonly held: number
  /** Since when the owner is to look at them where they cannot be held. */
  readonly unheldSince: Date | null
  /** The platform is still to switch them off. */
  readonly pending: boolean
}

export async function findFilterWaiting(db: Db, accountId: string): Promise<FilterWaiting> {
  const { rows } = await db.raw<{ rows: { held: number; since: Date | null; pending: boolean | null }[] }>(
    `select
       (select count(*)::int from held_filters where account_id = :accountId and decision is null) as held,
       (select since from unheld_filters where account_id = :accountId) as since,
       (select ended_filters_revision < end_filters_revision from mailboxes where account_id = :accountId) as pending`,
    { accountId },
  )
  const [row] = rows
  return { held: row?.held ?? 0, unheldSince: row?.since ?? null, pending: row?.pending ?? false }
}

export const rekeyHeldFilters = (trx: Trx, keyring: Keyring, limit: number): Promise<number> =>
  resealColumn(trx, keyring, { table: 'held_filters', id: 'id', column: 'filter_sealed', purpose }, limit)
