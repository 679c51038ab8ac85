import { byWord, type MessageSamples, sampleToken } from '#server/kit/messages/message-sample.ts'
import { limitSample } from '#server/kit/pages/errors/limit-sample.ts'
import { type Sample, sampleMoment } from '#server/kit/pages/sample.ts'
import { describeProgress } from './describe-progress.ts'
import { reportKinds } from './report-kind.ts'
import type { ReportProgress } from './report-progress.ts'
import { outcomes } from './report-store.ts'

const form = { kinds: reportKinds, domain: 'postern.example', fileBytes: 10_485_760 }
const token = 'a-sample-opens-nothing-and-is-as-long-as-a-true-link'
const progress: ReportProgress = {
  reference: 'R-7K3M-9QXA',
  receivedAt: sampleMoment(5),
  state: 'waiting',
  outcome: null,
  known: false,
  unreadable: false,
  hasWords: false,
}

const reported = (state: string, more: Partial<ReportProgress>): Sample => ({
  page: 'report-progress',
  state,
  view: 'desk/reports/report-progress',
  locals: {
    ...describeProgress({ ...progress, ...more }),
    wordsHref: more.hasWords ? `/words/report/${token}` : undefined,
  },
})

export const samples: readonly Sample[] = [
  limitSample('reports', {
    typed: { sender: 'x@postern.example', note: 'It asks for my password.' },
    params: { count: 20 },
  }),
  { page: 'report', state: 'empty', view: 'desk/reports/report', locals: form },
  {
    page: 'report',
    state: 'errors',
    view: 'desk/reports/report',
    locals: {
      ...form,
      values: {
        sender: 'prize at postern',
        note: 'They want my card.',
        reporter: 'me@',
        message_source: 'Received: from …',
      },
      errors: [
        { field: 'sender', reason: 'shape' },
        { field: 'kind', reason: 'missing' },
        { field: 'message_file', reason: 'outlook-msg' },
        { field: 'reporter', reason: 'shape' },
      ],
    },
  },
  {
    page: 'report',
    state: 'kept',
    view: 'desk/reports/report',
    locals: {
      ...form,
      kept: { token, name: 'letter.eml', size: '12 kB' },
      values: { sender: 'prize@postern.example', note: 'They want my card.' },
      errors: [{ field: 'kind', reason: 'missing' }],
    },
  },
  {
    page: 'report-sent',
    state: 'sent',
    view: 'desk/reports/report-sent',
    locals: { reference: progress.reference, progressHref: `/report/progress/${token}` },
  },
  reported('reading', { state: 'reading' }),
  reported('waiting', { known: true }),
  reported('written', { state: 'looked-at', hasWords: true }),
  reported('unreadable', { state: 'looked-at', unreadable: true }),
  ...outcomes.map((outcome) => reported(outcome, { state: 'closed', outcome })),
]

export const messageSamples: MessageSamples = {
  'report-received': {
    received: { reference: 'R-4711', progressToken: sampleToken, lettersLeft: 0 },
    typed: {
      reference: 'R-4711',
      progressToken: sampleToken,
      confirmToken: sampleToken,
      lettersLeft: 0,
    },
    'letters-left': { reference: 'R-4711', progressToken: sampleToken, lettersLeft: 14 },
  },
  'report-closed': byWord(['measure-after-all', ...outcomes], (outcome) => ({
    reference: 'R-4711',
    progressToken: sampleToken,
    outcome,
  })),
  'report-source-wanted': {
    sent: { reference: 'R-4711', progressToken: sampleToken, lettersLeft: 0 },
  },
}
