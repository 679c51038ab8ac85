// The queue. Tab, filters and page stand in the URL.
import type { Request, RequestHandler, Response } from 'express'
import { findAddresses } from '#server/accounts/accounts/store.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import type { FormError } from '#server/kit/pages/forms.ts'
import { listWaitingAppeals } from '../appeals/appeal-store.ts'
import { recordLook } from '../audit/record-look.ts'
import { bulkMeasures, bulkOutcomes } from '../bulk/decisions.ts'
import { findShownCampaign } from '../campaigns/describe-campaign.ts'
import { verdictRanks } from '../cases/case-store.ts'
import { severities } from '../cases/severity.ts'
import type { DeskParts } from '../desk.ts'
import { findMeasure } from '../measures/measure-store.ts'
import { measureCauses, measureDays } from '../measures/measures.ts'
import { reportKinds } from '../reports/report-kind.ts'
import { type StaffMember, showStaffPage, staffOf } from '../staff/staff.ts'
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

const rowIdOf = (value: unknown): string | undefined =>
  /^\d{1,18}$/.test(oneOf(value)) ? oneOf(value) : undefined

/** Unknown values are left out. */
export const readFilters = (query: Query, now: Date): QueueFilters => ({
  severity: among(severities, query.severity),
  kind: among(reportKinds, query.kind),
  provenance: among(verdictRanks, query.provenance),
  unseen: query.unseen === '1',
  campaign: rowIdOf(query.campaign),
  dueBefore: query.late === '1' ? now : undefined,
})

export function readTab({ tab }: Query): Tab {
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
const paramsOf = ({ severity, kind, provenance, campaign, unseen, dueBefore }: QueueFilters) => ({
  severity,
  kind,
  provenance,
  campaign,
  unseen: unseen ? '1' : undefined,
  late: dueBefore ? '1' : undefined,
})

const shownFilters = (filters: QueueFilters) => ({
  severity: filters.severity ?? '',
  kind: filters.kind ?? '',
  provenance: filters.provenance ?? '',
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
  return {
    lines,
    next: found.length > pageSize ? lines.at(-1)?.id : undefined,
  }
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
  const ask = {
    tab,
    staffId,
    filters,
    after,
    limit: pageSize,
  }
  const { cases, next } = await listQueue(db, keyring, ask)
  return {
    cases: await describeLines(db, cases, staffId, clock.now()),
    appeals: [],
    next,
  }
}

export interface QueuePage {
  readonly show: RequestHandler
  /**
   * Shows the list again after a decision about many cases was refused.
   * @param query what stands in the URL of the list
   */
  showErrors(
    req: Request,
    res: Response,
    query: Query,
    errors: readonly FormError[],
    values: Readonly<Record<string, string>>,
    ticked: readonly string[],
  ): Promise<void>
}

const choices = {
  severity: severities,
  kind: reportKinds,
  provenance: verdictRanks,
}

/** What can be decided about many cases of the list; null where nothing can. */
function describeBulk({ rights }: StaffMember, tab: Tab, count: number) {
  if (count === 0 || tab === 'closed' || !rights.has('cases.work')) return null
  return {
    outcomes: bulkOutcomes,
    measures: bulkMeasures,
    causes: measureCauses,
    days: measureDays.filter((each) => each !== 'none'),
  }
}

export function queuePage(parts: DeskPageParts): QueuePage {
  const { desk, db, clock } = parts

  const showErrors: QueuePage['showErrors'] = async (req, res, query, errors, values, ticked) => {
    const staff = staffOf(req)
    const now = clock.now()
    const tab = readTab(query)
    const filters = readFilters(query, now)
    const after = readAfter(query, tab)
    const params = paramsOf(filters)
    const counts: Readonly<Record<string, number>> = { ...(await countTabs(db, staff.id, now)) }
    const { cases, appeals, next } = await listOf(desk, tab, staff.id, filters, after)
    const campaign = await findShownCampaign(desk, filters.campaign, staff.id)
    const url = (more: Record<string, string | undefined>) =>
      urlOf('/staff/cases', { tab, ...params, ...more })
    await recordLook(desk, {
      staffId: staff.id,
      action: 'queue.viewed',
      details: {
        tab,
      },
    })
    showStaffPage(parts, req, res, {
      id: 'staff-queue',
      view: 'desk/queue/queue',
      errors,
      values: { days: '7', ...values, ...shownFilters(filters) },
      locals: {
        tab,
        tabs: shownTabs.map((name) => ({ name, href: url({ tab: name }), count: counts[name] })),
        proposals: staff.rights.has('measures.approve') ? counts.proposals : 0,
        unseen: filters.unseen ?? false,
        late: filters.dueBefore !== undefined,
        lateCount: counts.late,
        filtered: Object.values(params).some((value) => value !== undefined),
        choices,
        bulk: describeBulk(staff, tab, cases.length),
        list: Object.entries({ tab, ...params }).filter(([, value]) => value !== undefined),
        ticked,
        cases,
        campaign,
        appeals,
        now,
        older: next ? url({ after: next }) : null,
        newer: after ? url({}) : null,
      },
    })
  }

  return {
    show: async (req, res) => await showErrors(req, res, req.query, [], {}, []),
    showErrors,
  }
}
