// What a run shows and does of each of its cases.
import type { Db, Trx } from '#db/connection.ts'
import { bulkMeasures } from './decisions.ts'
import type { BulkEffect } from './effects.ts'

export interface BulkItem {
  readonly caseId: string
  /** What its page showed: see `fingerprintOf`. */
  readonly shown: string | null
  readonly result: BulkEffect | null
  readonly measureId: string | null
  readonly undone: 'undone' | 'kept' | null
}

const asItem = (row: Record<string, unknown>): BulkItem => ({
  caseId: String(row.case_id),
  shown: row.shown as string | null,
  result: row.result as BulkEffect | null,
  measureId: row.measure_id === null ? null : String(row.measure_id),
  undone: row.undone as BulkItem['undone'],
})

export async function listItems(db: Db | Trx, runId: string): Promise<BulkItem[]> {
  return (
    await db('bulk_items')
      .where({
        run_id: runId,
      })
      .orderBy('case_id')
  ).map(asItem)
}

/** Cases that the page did not show, or that somebody left out before, are left out. */
export async function noteShown(
  trx: Trx,
  runId: string,
  shown: ReadonlyMap<string, string>,
  { again }: { readonly again: boolean },
): Promise<void> {
  const ids = [...shown.keys()]
  if (again)
    await trx('bulk_items')
      .where({ run_id: runId })
      .whereNotIn('case_id', ids)
      .update({ shown: null })
  await trx.raw(
    `update bulk_items i set shown = s.shown
     from unnest(:ids::bigint[], :prints::text[]) as s (id, shown)
     where i.run_id = :runId and i.case_id = s.id and (i.shown is not null or not :again)`,
    { runId, ids, prints: [...shown.values()], again },
  )
}

function waitingItems(trx: Trx, runId: string, column: 'result' | 'undone') {
  const query = trx('bulk_items')
    .where({
      run_id: runId,
    })
    .whereNull(column)
  if (column === 'undone') query.whereIn('result', ['closes', 'measure-closes'])
  return query
}

/** The next case that nobody has worked on. Undefined also if another job has just done it. */
export async function lockNextItem(
  trx: Trx,
  runId: string,
  column: 'result' | 'undone',
): Promise<BulkItem | undefined> {
  const row = await waitingItems(trx, runId, column).orderBy('case_id').forUpdate().first()
  return row && asItem(row)
}

/** Measures that this person decided alone, and that a job is about to take. */
export async function countPendingMeasures(trx: Trx, staffId: string): Promise<number> {
  const [row] = await trx('bulk_items as i')
    .join('bulk_runs as r', 'r.id', 'i.run_id')
    .where({ 'r.state': 'running', 'r.made_by': staffId })
    .whereIn('r.decision', [...bulkMeasures])
    .whereNull('r.second_person')
    .whereNull('i.result')
    .whereNotNull('i.shown')
    .count('* as n')
  return Number(row?.n ?? 0)
}

export async function hasItemsLeft(
  trx: Trx,
  runId: string,
  column: 'result' | 'undone',
): Promise<boolean> {
  return (await waitingItems(trx, runId, column).first('case_id')) !== undefined
}

export async function noteResult(
  trx: Trx,
  runId: string,
  caseId: string,
  result: Pick<BulkItem, 'result'> & { readonly measureId?: string | undefined },
): Promise<void> {
  await trx('bulk_items')
    .where({ run_id: runId, case_id: caseId })
    .update({
      result: result.result,
      measure_id: result.measureId ?? null,
    })
}

export async function noteUndone(
  trx: Trx,
  runId: string,
  caseId: string,
  undone: BulkItem['undone'],
): Promise<void> {
  await trx('bulk_items')
    .where({
      run_id: runId,
      case_id: caseId,
    })
    .update({ undone })
}
