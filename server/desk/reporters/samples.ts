import { type Sample, sampleMoment } from '#server/kit/pages/sample.ts'
import { now } from '../sample-facts.ts'
import { consolePage } from '../staff/sample-page.ts'
import { describeReporter } from './describe-reporter.ts'

const here = '/report/confirm/a-sample-opens-nothing-and-is-as-long-as-a-true-link'
const confirm = (state: string, isConfirmed: boolean): Sample => ({
  page: 'report-confirm',
  state,
  view: 'desk/reporters/confirm',
  locals: {
    reference: 'R-7K3M-9QXA',
    isConfirmed,
    here,
  },
})
const person = Buffer.from('39e5d6a3f2', 'hex')
const reporter = describeReporter(person, { judged: 12, confirmed: 9 })
const titleParams = { name: reporter.name }
const reported = (id: string, more: object) => ({
  id,
  reference: `R-7K3M-9QX${id}`,
  channel: 'form',
  receivedAt: sampleMoment(30),
  about: 'Your account will be closed',
  verdictKey: 'abuse.verdicts.proven',
  kindKey: 'desk.kinds.phishing',
  caseId: id,
  outcome: null,
  harmless: false,
  ...more,
})

export const samples: readonly Sample[] = [
  confirm('asks', false),
  confirm('confirmed', true),
  consolePage('staff-reporter', 'filled', 'desk/reporters/reporter', {
    reporter,
    titleParams,
    caseId: '3',
    reports: [
      reported('3', {}),
      reported('2', { outcome: 'measure-taken' }),
      reported('1', { outcome: 'no-breach', harmless: true }),
    ],
    now,
    older: '/staff/cases/3/reports/3/reporter?before=1',
    newer: null,
  }),
  consolePage('staff-reporter', 'new', 'desk/reporters/reporter', {
    reporter: describeReporter(person),
    titleParams,
    caseId: '3',
    reports: [reported('3', {})],
    now,
    older: null,
    newer: null,
  }),
]
