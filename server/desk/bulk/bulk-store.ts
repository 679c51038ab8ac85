// Runs: one decision about many cases each.
import type { Db, Trx } from '#db/connection.ts'
import type { MeasureCause } from '../measures/measures.ts'
import type { BulkChoice, BulkDecision } from './decisions.ts'

export type BulkState =
  | 'draft'
  /** It waits for a second person. */
  | 'proposed'
  | 'refused'
  | 'running'
  /** Done, and can be undone until `undoUntil`. */
  | 'done'
  /** Done for good: the reporters are answered. */
  | 'settled'
  | 'undoing'
  | 'undone'

export interface BulkRun extends BulkChoice {
  readonly id: string
  readonly state: BulkState
  readonly count: number
  readonly madeBy: string
  readonly madeAt: Date
  readonly secondPerson: string | null
  readonly undoUntil: Date | null
  readonly undoneBy: string | null
}

const asRun = (row: Record<string, unknown>): BulkRun => ({
  id: String(row.id),
  state: row.state as BulkState,
  decision: row.decision as BulkDecision,
  cause: row.cause as MeasureCause | null,
  days: row.days as number | null,
  count: row.case_count as number,
  madeBy: row.made_by as string,
  madeAt: row.made_at as Date,
  secondPerson: row.second_person as string | null,
  undoUntil: row.undo_until as Date | null,
  undoneBy: row.undone_by as string | null,
})

const isId = (id: string) => /^\d{1,18}$/.test(id)

/** Cases that are gone are left out. */
export async function insertRun(
  trx: Trx,
  choice: BulkChoice,
  caseIds: readonly string[],
  {
    madeBy,
    at,
  }: {
    readonly madeBy: string
    readonly at: Date
  },
): Promise<string> {
  const [row] = await trx('bulk_runs')
    .insert({
      ...choice,
      state: 'draft',
      case_count: 0,
      made_by: madeBy,
      made_at: at,
    })
    .returning('id')
  await trx.raw(
    `with items as (
       insert into bulk_items (run_id, case_id)
       select :id, id from abuse_cases
       where id = any(:caseIds::bigint[]) and account_id is distinct from :madeBy::uuid
         and severity < 3
       returning 1)
     update bulk_runs set case_count = (select count(*) from items) where id = :id`,
    { id: row.id, caseIds: [...caseIds], madeBy },
  )
  return String(row.id)
}

export async function findRun(db: Db | Trx, id: string): Promise<BulkRun | undefined> {
  const row = isId(id)
    ? await db('bulk_runs')
        .where({
          id,
        })
        .first()
    : undefined
  return row && asRun(row)
}

export async function lockRun(trx: Trx, id: string): Promise<BulkRun | undefined> {
  const row = isId(id)
    ? await trx('bulk_runs')
        .where({
          id,
        })
        .forUpdate()
        .first()
    : undefined
  return row && asRun(row)
}

/** Newest first: runs that were sent off, and drafts of the viewer. */
export async function listRuns(db: Db, viewer: string, limit: number): Promise<BulkRun[]> {
  const rows = await db('bulk_runs')
    .where((each) => each.whereNot({ state: 'draft' }).orWhere({ made_by: viewer }))
    .orderBy('id', 'desc')
    .limit(limit)
  return rows.map(asRun)
}

export async function setRunState(
  trx: Trx,
  id: string,
  state: BulkState,
  more: {
    readonly second_person?: string
    readonly undo_until?: Date
    readonly undone_by?: string
  } = {},
): Promise<void> {
  await trx('bulk_runs')
    .where({ id })
    .update({ state, ...more })
}

/** Drafts of yesterday, and runs that are older than the cases that are kept. */
export async function deleteOldRuns(
  db: Db,
  before: { readonly drafts: Date; readonly runs: Date },
  limit: number,
): Promise<number> {
  const { rowCount } = await db.raw(
    `delete from bulk_runs where id in (
       select id from bulk_runs
       where made_at < :runs or (state = 'draft' and made_at < :drafts) limit :limit)`,
    { ...before, limit },
  )
  return rowCount
}
