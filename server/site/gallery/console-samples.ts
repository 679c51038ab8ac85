// The desk's pages about figures, audit and accounts.

import { auditActions } from '#server/desk/audit/actions.ts'
import { describeDetails } from '#server/desk/audit/describe-details.ts'
import { lineChart } from '#server/desk/figures/charts.ts'
import {
  describeBacklog,
  describeIntake,
  describeTotals,
  describeTrend,
} from '#server/desk/figures/describe-figures.ts'
import { backlogAges } from '#server/desk/figures/trends-store.ts'
import { caseSamples } from './case-samples.ts'
import { account, colleague, latest, mailbox } from './desk-facts.ts'
import { measureSamples } from './measure-samples.ts'
import { queueSamples } from './queue-samples.ts'
import { type Sample, sampleAddress, sampleMoment } from './sample.ts'
import { consolePage } from './staff-samples.ts'

const week = (at: number) => ({
  week: sampleMoment(24 * 7 * (12 - at)),
  p50: 600 + at * 90,
  p95: 4000 + at * 700,
  count: 9,
})
const weeks = Array.from({ length: 12 }, (_, at) => week(at))
const intakeRows = Array.from({ length: 30 }, (_, at) => ({
  day: sampleMoment(24 * (30 - at)),
  reports: 20 + ((at * 7) % 13),
  proven: (at * 3) % 9,
}))
const backlogRows = backlogAges.map((age, at) => ({ age, cases: 9 - at, high: at % 3 }))
const lookChart = lineChart([weeks.map(({ p50 }) => p50 / 60), weeks.map(({ p95 }) => p95 / 60)])
const effectChart = lineChart([
  weeks.map((_row, at) => (at === 4 ? null : at / 9)),
  weeks.map(() => 1.4),
])

export const consoleSamples: readonly Sample[] = [
  ...queueSamples,
  ...caseSamples,
  ...measureSamples,
  consolePage('staff-figures', 'filled', 'desk/figures/figures', {
    totals: describeTotals({
      reports: 640,
      measures: 44,
      openCases: 25,
      oldestSeconds: 400_000,
      firstLookSeconds: 1800,
      effectSeconds: 1.3,
      shareProven: 0.146,
      shareLifted: null,
      appealsWaiting: 2,
    }),
    intake: describeIntake(intakeRows),
    backlog: describeBacklog(backlogRows),
    trends: [
      describeTrend('firstLook', weeks, lookChart),
      describeTrend('effect', weeks, effectChart),
    ],
  }),
  consolePage('staff-audit', 'filled', 'desk/audit/audit', {
    entries: auditActions.map((action, at) => ({
      position: String(200 - at),
      at: sampleMoment(at),
      staff: colleague,
      action,
      caseId: at % 2 ? '3' : null,
      account: at % 3 ? null : sampleAddress,
      details: describeDetails(at % 4 ? {} : { measure: 'block', cause: 'spam' }),
    })),
    actions: auditActions,
    mayExport: true,
    exportQuery: 'case=3',
    older: '/staff/audit?before=1',
    newer: null,
  }),
  consolePage('staff-audit', 'errors', 'desk/audit/audit', {
    entries: [],
    actions: auditActions,
    errors: [{ field: 'address', reason: 'unknown' }],
    values: { staff: 'x@y.example' },
  }),
  consolePage('staff-accounts', 'errors', 'desk/staff/accounts', {
    errors: [{ field: 'login', reason: 'unknown' }],
    values: { login: 'nobody' },
  }),
  consolePage('staff-account', 'filled', 'desk/staff/account', {
    titleParams: { address: sampleAddress },
    subject: account,
    state: 'open',
    mailbox,
    sessions: 2,
    latest,
    mayEnd: true,
    flash: 'sessions-ended',
  }),
]
