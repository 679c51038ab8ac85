// The queue. Tab, filters and page stand in the URL.
import type { RequestHandler } from 'express'
import { findAddresses } from '#server/accounts/accounts/store.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { listWaitingAppeals } from '../appeals/appeal-store.ts'
import { recordLook } from '../audit/record-look.ts'
import { verdictRanks } from '../cases/case-store.ts'
import { severities } from '../cases/severity.ts'
import type { DeskParts } from '../desk.ts'
import { findMeasure } from '../measures/measure-store.ts'
import { reportKinds } from '../reports/report-kind.ts'
import { showStaffPage, staffOf } from '../staff/staff.ts'
import { describeLines, oneOf, pageSize, urlOf } from './case-lines.ts'
import {
  countTabs,
  isQueueTab,
  listQueue,
  type QueueFilters,
  type QueueTab,
} from './queue-store.ts'

type Query = Readonly<Record<string, unknown>>
type Tab = QueueTab | 'appeals'

/** `others` has no tab of its own: its cases are in `open` too. */
const shownTabs = ['new', 'mine', 'open', 'unattributed', 'appeals', 'closed']

const among = <T extends string>(list: readonly T[], value: unknown): T | undefined =>
  list.find((each) => each === value)

/** Unknown values are left out. */
const readFilters = (query: Query, now: Date): QueueFilters => ({
  severity: among(severities, query.severity),
  kind: among(reportKinds, query.kind),
  provenance: among(verdictRanks, query.provenance),
  unseen: query.unseen === '1',
  dueBefore: query.late === '1' ? now : undefined,
})

function readTab({ tab }: Query): Tab {
  if (tab === 'appeals') return 'appeals'
  return isQueueTab(tab) ? tab : 'new'
}

/** The key of the last line of the page before. Its shape depends on the tab. */
function readAfter(query: Query, tab: Tab): string | undefined {
  const shape = tab === 'appeals' ? /^\d{1,18}$/ : /^\d{1,14}\.\d{1,18}$/
  const after = oneOf(query.after)
  return shape.test(after) ? after : undefined
}

/** The filters as parameters of a URL. */
const paramsOf = ({ severity, kind, provenance, unseen, dueBefore }: QueueFilters) => ({
  severity,
  kind,
  provenance,
  unseen: unseen ? '1' : undefined,
  late: dueBefore ? '1' : undefined,
})

async function listAppeals({ db, keyring }: DeskParts, staffId: string, after: string | undefined) {
  const found = await listWaitingAppeals(db, keyring, pageSize + 1, after, staffId)
  const appeals = found.slice(0, pageSize)
  const measures = await Promise.all(appeals.map(({ measureId }) => findMeasure(db, measureId)))
  const accountIds = measures.map((measure) => measure?.accountId ?? null)
  const names = await findAddresses(db, accountIds)
  const lines = appeals.map(({ id, reference, madeAt }, at) => {
    const measure = measures[at]
    return {
      id,
      reference,
      madeAt,
      measure: measure?.measure,
      address: names.get(measure?.accountId ?? '') ?? '',
      took: measure?.proposedBy === staffId || measure?.approvedBy === staffId,
    }
  })
  return { lines, next: found.length > pageSize ? lines.at(-1)?.id : undefined }
}

async function listOf(
  desk: DeskParts,
  tab: Tab,
  staffId: string,
  filters: QueueFilters,
  after: string | undefined,
) {
  if (tab === 'appeals') {
    const { lines, next } = await listAppeals(desk, staffId, after)
    return { cases: [], appeals: lines, next }
  }
  const { db, keyring, clock } = desk
  const ask = { tab, staffId, filters, after, limit: pageSize }
  const { cases, next } = await listQueue(db, keyring, ask)
  return { cases: await describeLines(db, cases, staffId, clock.now()), appeals: [], next }
}

export function queuePage(parts: DeskPageParts): RequestHandler {
  const { desk, db, clock } = parts

  return async (req, res) => {
    const staff = staffOf(req)
    const tab = readTab(req.query)
    const now = clock.now()
    const filters = readFilters(req.query, now)
    const after = readAfter(req.query, tab)
    const params = paramsOf(filters)
    const counts: Readonly<Record<string, number>> = { ...(await countTabs(db, staff.id, now)) }
    const { cases, appeals, next } = await listOf(desk, tab, staff.id, filters, after)
    const url = (more: Record<string, string | undefined>) =>
      urlOf('/staff/cases', { tab, ...params, ...more })
    await recordLook(desk, { staffId: staff.id, action: 'queue.viewed', details: { tab } })
    showStaffPage(parts, req, res, {
      id: 'staff-queue',
      view: 'desk/queue/queue',
      values: {
        severity: filters.severity ?? '',
        kind: filters.kind ?? '',
        provenance: filters.provenance ?? '',
      },
      locals: {
        tab,
        tabs: shownTabs.map((name) => ({ name, href: url({ tab: name }), count: counts[name] })),
        proposals: staff.rights.has('measures.approve') ? counts.proposals : 0,
        unseen: filters.unseen ?? false,
        late: filters.dueBefore !== undefined,
        lateCount: counts.late,
        filtered: Object.values(params).some((value) => value !== undefined),
        choices: { severity: severities, kind: reportKinds, provenance: verdictRanks },
        cases,
        appeals,
        now,
        older: next ? url({ after: next }) : null,
        newer: after ? url({}) : null,
      },
    })
  }
}
