// Filters that wait for their owner's decision. Their text is personal, so it is sealed.
import type { Db, Trx } from '#db/connection.ts'
import { resealColumn } from '#db/reseal.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { FilterScript } from '../mail-platform/mail-platform.ts'

export type Decision = 'keep' | 'remove'
/** Why a filter could not be kept: its scripts have changed, or the platform refuses them. */
export type KeepProblem = 'changed' | 'refused'

export interface HeldFilter {
  readonly id: string
  readonly name: string
  /** The active script, then those that it includes; undefined until they were read. */
  readonly scripts: readonly FilterScript[] | undefined
  readonly heldAt: Date
  readonly decision: Decision | null
  readonly problem: KeepProblem | null
}

type Sealed = Pick<HeldFilter, 'name' | 'scripts'>

const purpose = 'mail-filters.held'
const seal = (keyring: Keyring, filter: Sealed) => keyring.seal(purpose, JSON.stringify(filter))

export async function listHeldFilters(
  db: Db | Trx,
  keyring: Keyring,
  accountId: string,
): Promise<HeldFilter[]> {
  const rows = await db('held_filters')
    .where({ account_id: accountId })
    .orderBy('held_at', 'desc')
    .orderBy('id')
  return rows.map((row) => {
    const { name, scripts } = JSON.parse(keyring.open(purpose, row.filter_sealed)) as Sealed
    return {
      id: row.id,
      name,
      scripts,
      heldAt: row.held_at,
      decision: row.decision,
      problem: row.problem,
    }
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

/** Deletes the row, unless its owner has decided: that is carried out first. */
export async function deleteHeldFilter(db: Db, id: string): Promise<void> {
  await db('held_filters').where({ id, decision: null }).delete()
}

/** Security: A decision to keep a filter ends with the next recovery. */
export async function takeBackKeeping(trx: AccountTrx, accountId: string): Promise<void> {
  const kept = { account_id: accountId, decision: 'keep' }
  await trx('held_filters').where(kept).update({ decision: null })
  // The worker may move a filter there while the first statement waits.
  await trx('settled_filters').where(kept).delete()
}

export type Decided =
  | { readonly kind: 'now' }
  | { readonly kind: 'before'; readonly decision: Decision }
  /** Not read yet, so it cannot be kept: nobody could say what it does. */
  | { readonly kind: 'unread' }
  /** Another account's filter, or one that was settled long ago. */
  | { readonly kind: 'unknown' }

/** Security: Of two contradicting decisions at once, only one is reported as done. */
export async function decideHeldFilter(
  trx: AccountTrx,
  accountId: string,
  id: string,
  decision: Decision,
): Promise<Decided> {
  const { rows } = await trx.raw<{ rows: { before: Decision | null; now: boolean }[] }>(
    `with made as (
       update held_filters set decision = :decision, problem = null
       where account_id = :accountId and id = :id and decision is null
         and (:decision = 'remove' or read_at is not null)
       returning id
     ), known as (
       select decision from held_filters where account_id = :accountId and id = :id
       union all
       select decision from settled_filters where account_id = :accountId and id = :id
     )
     select decision as before, exists (select from made) as now from known`,
    { accountId, id, decision },
  )
  const [known] = rows
  if (known?.now) return { kind: 'now' }
  if (known?.before) return { kind: 'before', decision: known.before }
  return { kind: known && decision === 'keep' ? 'unread' : 'unknown' }
}

/** Asks for another decision, unless this one was taken back meanwhile. */
export async function noteKeepProblem(db: Db, id: string, problem: KeepProblem): Promise<void> {
  await db('held_filters').where({ id, decision: 'keep' }).update({ decision: null, problem })
}

/** Deletes the filter and keeps the decision, unless that was taken back meanwhile. */
export async function settleHeldFilter(
  db: Db,
  settled: { id: string; decision: Decision; at: Date },
): Promise<void> {
  await db.raw(
    `with settled as (
       delete from held_filters where id = :id and decision = :decision
       returning id, account_id, decision
     )
     insert into settled_filters (id, account_id, decision, settled_at)
     select id, account_id, decision, :at from settled`,
    settled,
  )
}

export async function deleteSettledFilters(db: Db, before: Date, limit: number): Promise<number> {
  return await db('settled_filters')
    .whereIn('id', db('settled_filters').where('settled_at', '<', before).limit(limit).select('id'))
    .delete()
}

export async function noteUnheld(db: Db, accountId: string, since: Date): Promise<void> {
  await db('unheld_filters')
    .insert({ account_id: accountId, since })
    .onConflict('account_id')
    .merge()
}

export async function forgetUnheld(trx: AccountTrx, accountId: string): Promise<boolean> {
  return (await trx('unheld_filters').where({ account_id: accountId }).delete()) === 1
}

export interface FilterWaiting {
  readonly held: number
  /** Since when the owner should look at filters that the portal cannot reach. */
  readonly unheldSince: Date | null
  readonly pending: boolean
}

export async function findFilterWaiting(db: Db, accountId: string): Promise<FilterWaiting> {
  const { rows } = await db.raw<{
    rows: { held: number; since: Date | null; pending: boolean | null }[]
  }>(
    `select
       (select count(*)::int from held_filters
         where account_id = :accountId and decision is null) as held,
       (select since from unheld_filters where account_id = :accountId) as since,
       (select ended_filters_revision < end_filters_revision from mailboxes
         where account_id = :accountId) as pending`,
    { accountId },
  )
  const [row] = rows
  return { held: row?.held ?? 0, unheldSince: row?.since ?? null, pending: row?.pending ?? false }
}

export const rekeyHeldFilters = (trx: Trx, keyring: Keyring, limit: number): Promise<number> =>
  resealColumn(
    trx,
    keyring,
    { table: 'held_filters', id: 'id', column: 'filter_sealed', purpose },
    limit,
  )
