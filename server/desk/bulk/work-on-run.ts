// The jobs of a run. Each case has a transaction of its own, so that a killed job goes on.
import type { Trx } from '#db/connection.ts'
import { msPerDay, msPerMinute } from '#server/core/durations.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import { noteFirstLook, setClosed } from '../cases/case-store.ts'
import { insertTimelineEntry } from '../cases/timeline-store.ts'
import { notifyReportersTask, recordWork } from '../cases/work-on-case.ts'
import type { DeskParts } from '../desk.ts'
import type { Measure } from '../measures/measure-store.ts'
import { lockStanding, type StandingAccount } from '../measures/standing-store.ts'
import { putMeasure } from '../measures/take-measure.ts'
import { noteOutcome } from '../reports/report-store.ts'
import { rightsOf } from '../staff/rights.ts'
import { listRoles } from '../staff/store.ts'
import { type BulkRun, findRun, lockRun, setRunState } from './bulk-store.ts'
import { measureOf, outcomeOf } from './decisions.ts'
import { type BulkEffect, changesCase, effectOf, fingerprintOf } from './effects.ts'
import { holdAnswers, lockForRun, readFacts, releaseAnswers } from './facts-store.ts'
import { type BulkItem, hasItemsLeft, lockNextItem, noteResult } from './item-store.ts'

export const settleTask = 'bulk:settle'

// Security: A decision about many cases counts only while those who made it have the right.
async function mayDecide(trx: Trx, { madeBy, secondPerson, ...run }: BulkRun): Promise<boolean> {
  const right = measureOf(run) ? 'measures.impose' : 'cases.work'
  for (const staffId of [madeBy, secondPerson]) {
    if (staffId === null) continue
    if (!rightsOf(await listRoles(trx, staffId)).has(right)) return false
  }
  return true
}

interface Decided {
  readonly effect: BulkEffect
  /** The account against which a measure is taken, under its lock. */
  readonly before?: StandingAccount | undefined
  readonly accountId?: string | undefined
}

/** Locks the account before the case, as everywhere, and looks at both again. */
async function decideCase(
  trx: Trx,
  { keyring }: DeskParts,
  run: BulkRun,
  { caseId, shown }: BulkItem,
): Promise<Decided> {
  const { madeBy, secondPerson } = run
  if (shown === null) return { effect: 'left-out' }
  if (!(await mayDecide(trx, run))) return { effect: 'no-right' }
  const [seen] = await readFacts(trx, keyring, [caseId], madeBy)
  const accountId = measureOf(run) && seen?.found.accountId
  const before = accountId ? await lockStanding(trx, accountId) : undefined
  await lockForRun(trx, caseId)
  const [facts] = await readFacts(trx, keyring, [caseId], madeBy)
  // Security: A decision about many cases leaves out what changed since its page was shown.
  if (!facts || shown !== fingerprintOf(run, facts)) return { effect: 'changed' }
  const about = facts.found.accountId
  // Security: A decision about many cases holds and shows nothing about the mailbox of who looks.
  if (secondPerson !== null && about === secondPerson) return { effect: 'changed' }
  const effect = effectOf(run, facts, madeBy)
  if (effect === 'measure-closes' && !before) return { effect: 'changed' }
  return { effect, before, accountId: about ?? undefined }
}

function wantedOf(run: BulkRun, caseId: string, at: Date) {
  const { days, cause } = run
  const measure = measureOf(run)
  if (!measure || !cause) throw new Error('a run without a measure')
  const until = days === null ? null : new Date(at.getTime() + days * msPerDay)
  return {
    caseId,
    measure,
    cause,
    until,
  }
}

/** The audit comes last, because all wait for its lock. */
async function carryOut(
  trx: Trx,
  parts: DeskParts,
  run: BulkRun,
  caseId: string,
  { effect, before, accountId }: Decided,
): Promise<void> {
  const { keyring, clock } = parts
  const at = clock.now()
  const { madeBy: staffId, secondPerson: approvedBy } = run
  const details = { outcome: outcomeOf(run) }
  const alongside = async (measure?: Measure) => {
    const result = { result: effect, measureId: measure?.id }
    await noteResult(trx, run.id, caseId, result)
    if (!changesCase(effect)) return
    await noteFirstLook(trx, caseId, at)
    await setClosed(trx, caseId, { staffId, outcome: details.outcome, at })
    await holdAnswers(trx, caseId)
    await insertTimelineEntry(trx, keyring, { caseId, event: 'closed', details, staffId, at })
  }
  if (effect === 'measure-closes' && before && accountId) {
    const wanted = { ...wantedOf(run, caseId, at), accountId }
    const how = { before, staffId, approvedBy, taken: true, at, alongside }
    if (!(await putMeasure(parts, wanted, how))) throw new Error('a measure was not taken')
  } else await alongside()
  if (changesCase(effect)) await recordWork(trx, parts, 'case.closed', { caseId, staffId, details })
}

/** True if a case was worked on, false if none is left. */
async function workOnNext(parts: DeskParts, run: BulkRun): Promise<boolean> {
  return await parts.db.transaction(async (trx) => {
    const item = await lockNextItem(trx, run.id, 'result')
    if (!item) return false
    const decided = await decideCase(trx, parts, run, item)
    await carryOut(trx, parts, run, item.caseId, decided)
    return true
  })
}

export async function workOnRun(parts: DeskParts, runId: string): Promise<void> {
  const { db, clock, settings } = parts
  const run = await findRun(db, runId)
  if (run?.state !== 'running') return
  const finish = async (trx: Trx) => {
    if ((await lockRun(trx, runId))?.state !== 'running') return true
    if (await hasItemsLeft(trx, runId, 'result')) return false
    const runAt = new Date(clock.now().getTime() + settings.bulkUndoMinutes * msPerMinute)
    await setRunState(trx, runId, 'done', {
      undo_until: runAt,
    })
    await enqueue(trx, settleTask, { runId }, { runAt, jobKey: `${settleTask}:${runId}` })
    return true
  }
  do {
    while (await workOnNext(parts, run));
  } while (!(await db.transaction(finish)))
}

/** The time to undo it is over: the reporters are answered. */
export async function settleRun(parts: DeskParts, runId: string): Promise<void> {
  await parts.db.transaction(async (trx) => {
    const run = await lockRun(trx, runId)
    if (run?.state !== 'done') return
    await setRunState(trx, runId, 'settled')
    for (const { caseId, outcome } of await releaseAnswers(trx, runId)) {
      await noteOutcome(trx, caseId, outcome)
      await enqueue(trx, notifyReportersTask, { caseId }, { jobKey: `tell-outcome:${caseId}` })
    }
  })
}
