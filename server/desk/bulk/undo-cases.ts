// The job that undoes a run: lifts what it imposed, and opens what it closed.
import type { Trx } from '#db/connection.ts'
import { insertTimelineEntry } from '../cases/timeline-store.ts'
import { recordWork } from '../cases/work-on-case.ts'
import type { DeskParts } from '../desk.ts'
import { findMeasure } from '../measures/measure-store.ts'
import { lockStanding } from '../measures/standing-store.ts'
import { liftStanding } from '../measures/take-measure.ts'
import { type BulkRun, findRun, lockRun, setRunState } from './bulk-store.ts'
import { lockForRun, setReopened } from './facts-store.ts'
import { type BulkItem, hasItemsLeft, lockNextItem, noteUndone } from './item-store.ts'

/** Undefined if the measure does not stand any more. */
async function lockMeasure(trx: Trx, { measureId }: BulkItem) {
  const found = measureId === null ? undefined : await findMeasure(trx, measureId)
  const account = found && (await lockStanding(trx, found.accountId))
  const measure = account?.inForce
  return account && measure?.id === measureId
    ? {
        account,
        measure,
      }
    : undefined
}

/** Locks the account before the case, as everywhere. */
async function undoNext(parts: DeskParts, run: BulkRun, staffId: string): Promise<boolean> {
  const { db, keyring, clock } = parts
  const at = clock.now()
  return await db.transaction(async (trx) => {
    const item = await lockNextItem(trx, run.id, 'undone')
    if (!item) return false
    const { caseId } = item
    const standing = await lockMeasure(trx, item)
    await lockForRun(trx, caseId)
    const isOpen = await setReopened(trx, caseId)
    await noteUndone(trx, run.id, caseId, isOpen ? 'undone' : 'kept')
    const entry = { event: 'reopened', details: {}, staffId, at } as const
    if (isOpen) await insertTimelineEntry(trx, keyring, { caseId, ...entry })
    // The audit comes last, because all wait for its lock.
    if (standing) await liftStanding(parts, { ...standing, staffId, at })
    if (isOpen) await recordWork(trx, parts, 'case.reopened', { caseId, staffId, details: {} })
    return true
  })
}

/**
 * A case stays closed if a newer one of the same mailbox is open.
 * @throws 23505 (unique violation) if one is opened at that very moment: the job runs again
 */
export async function undoCases(parts: DeskParts, runId: string): Promise<void> {
  const { db } = parts
  const run = await findRun(db, runId)
  if (run?.state !== 'undoing' || run.undoneBy === null) return
  const { undoneBy } = run
  const finish = async (trx: Trx) => {
    if ((await lockRun(trx, runId))?.state !== 'undoing') return true
    if (await hasItemsLeft(trx, runId, 'undone')) return false
    await setRunState(trx, runId, 'undone')
    return true
  }
  do {
    while (await undoNext(parts, run, undoneBy));
  } while (!(await db.transaction(finish)))
}
