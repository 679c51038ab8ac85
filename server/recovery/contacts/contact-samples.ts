// Samples of a contact's pages, and what samples of other methods use too.
import { type Sample, sampleMoment } from '#server/kit/pages/sample.ts'

const example = '+375 29 491 19 11'
export const tomorrow = sampleMoment(-60)
export const probationError = [
  {
    field: 'recovery-methods',
    reason: 'probation',
    params: { until: '25 November at 00:03' },
    at: 'main',
  },
]

export const ownerSample = (
  id: string,
  state: string,
  view: string,
  locals: object = {},
): Sample => ({
  page: id,
  state,
  view,
  signedIn: true,
  locals: locals as Record<string, unknown>,
})
export const refused = (field: string, reason: string) => ({ errors: [{ field, reason }] })

export const contactSamples = (
  id: 'phone' | 'backup-address',
  field: string,
  typed: string,
  sentTo: string,
): Sample[] => [
  ownerSample(id, 'empty', `recovery/${id}/${id}`, { linked: false, example }),
  ownerSample(id, 'linked', `recovery/${id}/${id}`, { linked: true, example }),
  ownerSample(id, 'errors', `recovery/${id}/${id}`, {
    example,
    values: { [field]: typed },
    ...refused(field, 'shape'),
  }),
  ownerSample(id, 'probation', `recovery/${id}/${id}`, {
    probation: tomorrow,
    errors: probationError,
  }),
  ownerSample(`${id}-confirm`, 'empty', `recovery/${id}/${id}-confirm`, {
    contact: sentTo,
    sentAt: 1_795_000_000_000,
  }),
  ownerSample(`${id}-confirm`, 'waiting', `recovery/${id}/${id}-confirm`, {
    contact: sentTo,
    sentAt: 1_795_000_000_000,
    againAt: sampleMoment(0),
  }),
  ownerSample(`${id}-confirm`, 'sent-again', `recovery/${id}/${id}-confirm`, {
    flash: 'sent-again',
    contact: sentTo,
    sentAt: 1_795_000_000_000,
    againAt: sampleMoment(0),
  }),
  ownerSample(`${id}-confirm`, 'refused', `recovery/${id}/${id}-confirm`, {
    contact: sentTo,
    sentAt: 1_795_000_000_000,
    isRefused: true,
  }),
  ownerSample(`${id}-confirm`, 'errors', `recovery/${id}/${id}-confirm`, {
    contact: sentTo,
    sentAt: 1_795_000_000_000,
    ...refused('code', 'wrong'),
  }),
  ownerSample(`${id}-confirm`, 'dead', `recovery/${id}/${id}-confirm`, refused('code', 'dead')),
  ownerSample(`${id}-confirm`, 'taken', `recovery/${id}/${id}-confirm`, {
    taken: true,
    ...refused(id, 'taken'),
  }),
]
