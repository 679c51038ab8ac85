// One decision about many cases: chosen, sent off, approved or refused, and undone.
import type { Trx } from '#db/connection.ts'
import { msPerDay } from '#server/core/durations.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import { noteAnswer, takeForm } from '#server/kit/web/sent-forms-store.ts'
import type { AuditAction } from '../audit/audit-details.ts'
import { recordAudit } from '../audit/store.ts'
import type { DeskParts } from '../desk.ts'
import { type Actor, requireLiveSession } from '../measures/measure-rules.ts'
import { countTakenAlone } from '../measures/measure-store.ts'
import { type BulkRun, insertRun, lockRun, setRunState } from './bulk-store.ts'
import { type BulkChoice, measureOf } from './decisions.ts'
import { changesCase, effectOf, readShown } from './effects.ts'
import { readFacts } from './facts-store.ts'
import { countPendingMeasures, noteShown } from './item-store.ts'

export const runTask = 'bulk:run'
export const undoTask = 'bulk:undo'

/** As many as fit into one form with what the page showed of each. */
export const mostCases = 400

/** @param form digest of the form: a second click gets the run of the first */
export async function makeRun(
  parts: DeskParts,
  choice: BulkChoice,
  caseIds: readonly string[],
  madeBy: string,
  form: Buffer,
): Promise<string> {
  const at = parts.clock.now()
  return await parts.db.transaction(async (trx) => {
    const taken = await takeForm(trx, form, at)
    if (taken.kind === 'again' && taken.answer) return taken.answer
    const id = await insertRun(trx, choice, caseIds.slice(0, mostCases), { madeBy, at })
    await noteAnswer(trx, form, id)
    return id
  })
}

async function recordRun(
  trx: Trx,
  { keyring, clock }: DeskParts,
  action: Extract<AuditAction, `bulk.${string}`>,
  run: BulkRun,
  staffId: string,
): Promise<void> {
  const details = { cases: run.count }
  await recordAudit(trx, keyring, { staffId, action, subject: run.id, details, at: clock.now() })
}

/** Whether so many cases, or so many measures a day, are more than one person decides alone. */
export async function needsSecondPerson(
  trx: Trx,
  { settings, clock }: DeskParts,
  run: BulkRun,
  cases: number,
): Promise<boolean> {
  if (cases > settings.bulkWithoutSecondPerson) return true
  if (!measureOf(run)) return false
  const since = new Date(clock.now().getTime() - msPerDay)
  const taken = await countTakenAlone(trx, run.madeBy, since)
  const pending = await countPendingMeasures(trx, run.madeBy)
  return taken + pending + cases > settings.measuresWithoutSecondPerson
}

async function countChanged(
  trx: Trx,
  parts: DeskParts,
  run: BulkRun,
  ids: readonly string[],
): Promise<number> {
  const facts = await readFacts(trx, parts.keyring, ids, run.madeBy)
  return facts.filter((each) => changesCase(effectOf(run, each, run.madeBy))).length
}

const beginWork = (trx: Trx, task: string, runId: string) =>
  enqueue(trx, task, { runId }, { jobKey: `${task}:${runId}` })

export type SentRun = 'running' | 'proposed' | 'not-yours'

/** @param shown what the page showed of each case: see `writeShown` */
export async function sendRun(
  parts: DeskParts,
  runId: string,
  by: Actor,
  shown: string,
): Promise<SentRun> {
  const { staffId } = by
  return await parts.db.transaction(async (trx): Promise<SentRun> => {
    await requireLiveSession(trx, by)
    const run = await lockRun(trx, runId)
    if (!run || run.madeBy !== staffId) return 'not-yours'
    if (run.state !== 'draft') return run.state === 'proposed' ? 'proposed' : 'running'
    const seen = readShown(shown)
    await noteShown(trx, runId, seen, { again: false })
    const count = await countChanged(trx, parts, run, [...seen.keys()])
    const waits = await needsSecondPerson(trx, parts, run, count)
    const state = waits ? 'proposed' : 'running'
    await setRunState(trx, runId, state)
    if (!waits) await beginWork(trx, runTask, runId)
    await recordRun(trx, parts, waits ? 'bulk.proposed' : 'bulk.started', run, staffId)
    return state
  })
}

/**
 * Security: Nobody approves a decision about many cases that they made.
 * @returns false for the maker, and if somebody has decided meanwhile
 */
export async function approveRun(
  parts: DeskParts,
  runId: string,
  by: Actor,
  shown: string,
): Promise<boolean> {
  const { staffId } = by
  return await parts.db.transaction(async (trx) => {
    await requireLiveSession(trx, by)
    const run = await lockRun(trx, runId)
    if (!run || run.madeBy === staffId) return false
    if (run.state !== 'proposed') return run.secondPerson === staffId && run.state !== 'refused'
    await noteShown(trx, runId, readShown(shown), {
      again: true,
    })
    await setRunState(trx, runId, 'running', {
      second_person: staffId,
    })
    await beginWork(trx, runTask, runId)
    await recordRun(trx, parts, 'bulk.approved', run, staffId)
    return true
  })
}

/** A maker who refuses takes it back. */
export async function refuseRun(parts: DeskParts, runId: string, by: Actor): Promise<boolean> {
  const { staffId } = by
  return await parts.db.transaction(async (trx) => {
    await requireLiveSession(trx, by)
    const run = await lockRun(trx, runId)
    if (!run) return false
    if (run.state === 'refused') return [run.secondPerson, run.madeBy].includes(staffId)
    if (run.state !== 'proposed') return false
    await setRunState(trx, runId, 'refused', {
      second_person: staffId,
    })
    await recordRun(trx, parts, 'bulk.refused', run, staffId)
    return true
  })
}

/** Whether this person may undo the run: its maker, its second person, or a senior analyst. */
export const mayUndo = ({ madeBy, secondPerson }: BulkRun, { staffId, right }: Actor): boolean =>
  right === 'senior' || staffId === madeBy || staffId === secondPerson

/** False if its time is over, or it is not done yet. */
export async function undoRun(parts: DeskParts, runId: string, by: Actor): Promise<boolean> {
  const { staffId } = by
  return await parts.db.transaction(async (trx) => {
    await requireLiveSession(trx, by)
    const run = await lockRun(trx, runId)
    if (!run || !mayUndo(run, by)) return false
    if (run.state === 'undoing' || run.state === 'undone') return run.undoneBy === staffId
    const isInTime = run.undoUntil !== null && parts.clock.now() < run.undoUntil
    if (run.state !== 'done' || !isInTime) return false
    await setRunState(trx, runId, 'undoing', {
      undone_by: staffId,
    })
    await beginWork(trx, undoTask, runId)
    await recordRun(trx, parts, 'bulk.undone', run, staffId)
    return true
  })
}
