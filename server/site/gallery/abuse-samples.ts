// The public pages of the abuse desk.
import { reportKinds } from '#server/desk/reports/report-kind.ts'
import { type Sample, sampleAddress, sampleMoment } from './sample.ts'

const form = { kinds: reportKinds, domain: 'postern.example' }
const token = 'a-sample-opens-nothing-and-is-as-long-as-a-true-link'
const block = {
  extent: 'all',
  cause: 'phishing',
  since: sampleMoment(30),
  until: sampleMoment(-100),
  recovery: 'no',
  appeal: { kind: 'open', token, until: sampleMoment(-450) },
}
const progress = {
  reference: 'R-7K3M-9QXA',
  receivedAt: sampleMoment(5),
  state: 'waiting',
  outcome: null,
  known: false,
  unreadable: false,
}

const blocked = (state: string, more: object): Sample => ({
  page: 'blocked',
  state,
  view: 'desk/measures/blocked',
  locals: { block: { ...block, ...more } },
})
const reported = (state: string, more: object): Sample => ({
  page: 'report-progress',
  state,
  view: 'desk/reports/report-progress',
  locals: { progress: { ...progress, ...more } },
})
const appealed = (state: string): Sample => ({
  page: 'appeal',
  state,
  view: 'desk/appeals/appeal',
  locals: { state, reference: 'A-44ZT-0Q1N' },
})

export const abuseSamples: readonly Sample[] = [
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
    page: 'report-sent',
    state: 'sent',
    view: 'desk/reports/report-sent',
    locals: { reference: progress.reference, progressHref: `/report/progress/${token}` },
  },
  reported('reading', { state: 'reading' }),
  reported('waiting', { known: true }),
  reported('unreadable', { state: 'looked-at', unreadable: true }),
  ...['measure-taken', 'no-breach', 'not-ours', 'not-enough'].map((outcome) =>
    reported(outcome, { state: 'closed', outcome }),
  ),
  blocked('all', {}),
  blocked('compromised', {
    extent: 'compromised',
    cause: 'compromised',
    until: null,
    recovery: 'opens',
  }),
  blocked('no-way-back', {
    extent: 'compromised',
    cause: 'compromised',
    until: null,
    recovery: 'no-way-back',
  }),
  blocked('objected', { appeal: { kind: 'made', reference: 'A-44ZT-0Q1N', decision: null } }),
  blocked('decided', { appeal: { kind: 'made', reference: 'A-44ZT-0Q1N', decision: 'kept' } }),
  blocked('too-late', { until: null, appeal: { kind: 'too-late' } }),
  { page: 'blocked', state: 'lifted', view: 'desk/measures/blocked', locals: { block: null } },
  {
    page: 'appeal',
    state: 'open',
    view: 'desk/appeals/appeal',
    locals: {
      form: { action: `/appeal/${token}`, address: sampleAddress, until: sampleMoment(-450) },
    },
  },
  {
    page: 'appeal',
    state: 'errors',
    view: 'desk/appeals/appeal',
    locals: {
      form: { action: `/appeal/${token}`, address: sampleAddress, until: sampleMoment(-450) },
      errors: [{ field: 'appeal', reason: 'missing' }],
    },
  },
  ...['made', 'lifted', 'eased', 'kept', 'ended', 'too-late'].map(appealed),
]
