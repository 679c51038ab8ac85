import { type Sample, sampleMoment } from '#server/kit/pages/sample.ts'
import { consolePage } from '../staff/sample-page.ts'
import { lineChart } from './charts.ts'
import {
  describeBacklog,
  describeIntake,
  describeQuality,
  describeTotals,
  describeTrend,
} from './describe-figures.ts'
import { backlogAges } from './trends-store.ts'

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

export const samples: readonly Sample[] = [
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
      shareInTime: 0.94,
      lateCases: 3,
      appealsWaiting: 2,
      duplicates: 31,
      repeatOffenders: 5,
    }),
    intake: describeIntake(intakeRows),
    backlog: describeBacklog(backlogRows),
    quality: describeQuality({
      byRule: [
        { name: 'trace-and-content', judged: 80, wrong: 6 },
        { name: 'received-and-from', judged: 11, wrong: 4 },
      ],
      byReporter: [{ name: 'P-7K3M-9QXA', judged: 9, wrong: 7 }],
    }),
    trends: [
      describeTrend('firstLook', weeks, lookChart),
      describeTrend('effect', weeks, effectChart),
    ],
  }),
]
