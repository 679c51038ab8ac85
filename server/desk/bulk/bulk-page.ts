// Many cases decided at once: what will happen to each, what has happened, and the way back.
import type { Request, RequestHandler, Response } from 'express'
import { requireFreshPassword } from '#server/accounts/sessions/browser-session.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { setFlash, takeFlash } from '#server/kit/pages/flash.ts'
import { readFields } from '#server/kit/pages/forms.ts'
import { recordLook } from '../audit/record-look.ts'
import { actorOf } from '../cases/desk-guard.ts'
import { showStaffPage, staffOf } from '../staff/staff.ts'
import { readCaseIds } from './bulk-form.ts'
import { type BulkRun, findRun, listRuns } from './bulk-store.ts'
import { measureOf } from './decisions.ts'
import { countEffects, describeRunLines, describeRuns } from './describe-run.ts'
import { changesCase, effectOf, readShown, writeShown } from './effects.ts'
import { readFacts } from './facts-store.ts'
import { listItems } from './item-store.ts'
import { approveRun, mayUndo, needsSecondPerson, refuseRun, sendRun, undoRun } from './make-run.ts'

const flashes = ['running', 'proposed', 'approved', 'refused', 'undoing', 'not-yours'] as const
type Flash = (typeof flashes)[number]
const runsAtOnce = 30

/** Cases that the person has left out are not among those that the page has shown. */
function readKept(req: Request): string {
  const { shown } = readFields(req, ['shown'])
  const leftOut = new Set(readCaseIds((req.body as Record<string, unknown>).skip))
  const kept = [...readShown(shown)].filter(([id]) => !leftOut.has(id))
  return kept.map((pair) => pair.join(':')).join(' ')
}

/** @throws NotFound for a draft of somebody else */
async function openRun({ db }: DeskPageParts, req: Request): Promise<BulkRun> {
  const run = await findRun(db, String(req.params.id))
  const isTheirs = run?.madeBy === staffOf(req).id
  if (!run || (run.state === 'draft' && !isTheirs)) throw new NotFound('no such run')
  return run
}

/** Measures demand a password that was typed lately. */
export function freshForMeasures(parts: DeskPageParts): RequestHandler {
  const now = () => parts.clock.now()
  const byGet = requireFreshPassword(now)
  const byPost = requireFreshPassword(now, ({ id }) => `/staff/bulk/${id}`)
  return async (req, res, next) => {
    const run = await openRun(parts, req)
    const waits = run.state === 'draft' || run.state === 'proposed'
    if (!waits || !measureOf(run)) return next()
    return await (req.method === 'POST' ? byPost : byGet)(req, res, next)
  }
}

async function describe(parts: DeskPageParts, run: BulkRun, req: Request) {
  const { desk, db, keyring, clock } = parts
  const staff = staffOf(req)
  const items = await listItems(db, run.id)
  const ids = items.map(({ caseId }) => caseId)
  const facts = await readFacts(db, keyring, ids, staff.id)
  const viewer = { staffId: staff.id, now: clock.now() }
  const lines = await describeRunLines(
    db,
    run,
    {
      items,
      facts,
    },
    viewer,
  )
  const [described] = await describeRuns(db, [run], staff.id)
  const changed = facts.filter((each) => changesCase(effectOf(run, each, run.madeBy))).length
  const isMine = run.madeBy === staff.id
  const isOpen = run.state === 'proposed'
  const isInTime = run.undoUntil !== null && clock.now() < run.undoUntil
  return {
    run: described,
    lines,
    totals: countEffects(lines),
    shown: writeShown(run, facts),
    waitsForSecond:
      run.state === 'draft' &&
      (await db.transaction((trx) => needsSecondPerson(trx, desk, run, changed))),
    may: {
      send: run.state === 'draft' && changed > 0,
      approve: isOpen && !isMine && staff.rights.has('measures.approve'),
      refuse: isOpen && (isMine || staff.rights.has('measures.approve')),
      undo: run.state === 'done' && isInTime && mayUndo(run, actorOf(staff)),
    },
    now: clock.now(),
  }
}

export function bulkPage(
  parts: DeskPageParts,
): Record<'list' | 'show' | 'send' | 'approve' | 'refuse' | 'undo', RequestHandler> {
  const { desk, db, clock } = parts

  function goBack(req: Request, res: Response, flash: Flash): void {
    setFlash(res, flash)
    res.redirect(303, `/staff/bulk/${req.params.id}`)
  }

  return {
    async list(req, res) {
      const { id: staffId } = staffOf(req)
      const runs = await describeRuns(db, await listRuns(db, staffId, runsAtOnce), staffId)
      await recordLook(desk, { staffId, action: 'bulk.viewed' })
      showStaffPage(parts, req, res, {
        id: 'staff-bulk',
        view: 'desk/bulk/runs',
        locals: { runs, now: clock.now() },
      })
    },

    async show(req, res) {
      const run = await openRun(parts, req)
      await recordLook(desk, { staffId: staffOf(req).id, action: 'bulk.viewed', subject: run.id })
      showStaffPage(parts, req, res, {
        id: 'staff-bulk-run',
        view: 'desk/bulk/run',
        locals: { ...(await describe(parts, run, req)), flash: takeFlash(req, res, flashes) },
      })
    },

    async send(req, res) {
      const { id } = await openRun(parts, req)
      goBack(req, res, await sendRun(desk, id, actorOf(staffOf(req)), readKept(req)))
    },

    async approve(req, res) {
      const { id } = await openRun(parts, req)
      const isDone = await approveRun(desk, id, actorOf(staffOf(req)), readKept(req))
      goBack(req, res, isDone ? 'approved' : 'not-yours')
    },

    async refuse(req, res) {
      const { id } = await openRun(parts, req)
      const isDone = await refuseRun(desk, id, actorOf(staffOf(req)))
      goBack(req, res, isDone ? 'refused' : 'not-yours')
    },

    async undo(req, res) {
      const { id } = await openRun(parts, req)
      const isDone = await undoRun(desk, id, actorOf(staffOf(req)))
      goBack(req, res, isDone ? 'undoing' : 'not-yours')
    },
  }
}
