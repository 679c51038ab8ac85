// The desk's pages about figures, audit and accounts.

import { auditActions } from '#server/desk/audit/actions.ts'
import { describeDetails } from '#server/desk/audit/describe-details.ts'
import { barChart, lineChart } from '#server/desk/figures/charts.ts'
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
const backlogRows = ['hour', 'four-hours', 'day', 'three-days', 'older'].map((age, at) => ({
  age,
  cases: 9 - at,
  high: at % 3,
}))

export const consoleSamples: readonly Sample[] = [
  ...queueSamples,
  ...caseSamples,
  ...measureSamples,
  consolePage('staff-figures', 'filled', 'desk/figures/figures', {
    totals: {
      reports: 640,
      judged: 630,
      proven: 92,
      openCases: 25,
      oldestSeconds: 400_000,
      measures: 44,
      firstLook: { p50: 1800, p95: 9000 },
      effect: { p50: 0.4, p95: 1.3 },
      appealsWaiting: 2,
    },
    shares: { proven: 0.146, lifted: null },
    intake: {
      rows: intakeRows,
      chart: barChart(intakeRows.map((row) => ({ value: row.reports, part: row.proven }))),
    },
    backlog: {
      rows: backlogRows,
      chart: barChart(backlogRows.map((row) => ({ value: row.cases, part: row.high }))),
    },
    firstLook: {
      rows: weeks,
      chart: lineChart([weeks.map(({ p50 }) => p50 / 60), weeks.map(({ p95 }) => p95 / 60)]),
    },
    effect: {
      rows: weeks,
      chart: lineChart([weeks.map((_row, at) => (at === 4 ? null : at / 9)), weeks.map(() => 1.4)]),
    },
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
