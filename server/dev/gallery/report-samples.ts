// Reporting a suspicious letter, and what somebody who was blocked sees.
import { reportKinds } from '../../abuse/report-kind.ts'
import { type Sample, sampleAddress, sampleMoment } from './sample.ts'

const page = (id: string, state: string, view: string, locals: object): Sample => ({
  page: id,
  state,
  view: `abuse/${view}`,
  locals: { ...locals },
})
const form = { kinds: reportKinds, domain: 'postern.example' }
const progress = { reference: 'R-4711', receivedAt: sampleMoment(20), state: 'waiting' }
const block = {
  extent: 'send',
  cause: 'phishing',
  since: sampleMoment(30),
  until: sampleMoment(-200),
  recoverable: false,
}
const token = 'no-real-token-and-its-link-leads-nowhere-at'

export const reportSamples: readonly Sample[] = [
  page('report', 'empty', 'report', form),
  page('report', 'errors', 'report', {
    ...form,
    values: { sender: 'alesia', note: 'It came twice.', reporter: 'me@' },
    errors: [
      { field: 'sender', reason: 'shape' },
      { field: 'kind', reason: 'missing' },
      { field: 'message_file', reason: 'outlook-msg' },
      { field: 'reporter', reason: 'shape' },
    ],
  }),
  page('report-sent', 'shown', 'report-sent', { reference: 'R-4711', progressHref: `/report/progress/${token}` }),
  page('report-progress', 'waiting', 'report-progress', { progress: { ...progress, known: true } }),
  page('report-progress', 'unreadable', 'report-progress', {
    progress: { ...progress, state: 'reading', unreadable: true },
  }),
  page('report-progress', 'closed', 'report-progress', {
    progress: { ...progress, state: 'closed', outcome: 'measure-taken' },
  }),
  page('blocked', 'appeal-open', 'blocked', {
    block: { ...block, appeal: { kind: 'open', until: sampleMoment(-400), token } },
  }),
  page('blocked', 'compromised', 'blocked', {
    block: {
      ...block,
      extent: 'compromised',
      cause: 'compromised',
      until: null,
      recoverable: true,
      appeal: { kind: 'made', reference: 'A-1234' },
    },
  }),
  page('blocked', 'decided', 'blocked', {
    block: { ...block, extent: 'all', appeal: { kind: 'made', reference: 'A-1234', decision: 'kept' } },
  }),
  page('blocked', 'too-late', 'blocked', { block: { ...block, extent: 'limited', appeal: { kind: 'too-late' } } }),
  page('blocked', 'lifted', 'blocked', { block: null }),
  page('appeal', 'empty', 'appeal', {
    form: { action: `/appeal/${token}`, address: sampleAddress, until: sampleMoment(-400) },
  }),
  page('appeal', 'errors', 'appeal', {
    form: { action: `/appeal/${token}`, address: sampleAddress, until: sampleMoment(-400) },
    values: { appeal: '' },
    errors: [{ field: 'appeal', reason: 'missing' }],
  }),
  ...['made', 'eased', 'too-late'].map((state) => page('appeal', state, 'appeal', { state, reference: 'A-1234' })),
]
