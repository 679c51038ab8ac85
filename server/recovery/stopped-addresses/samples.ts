import { type Sample, sampleMoment } from '#server/kit/pages/sample.ts'

export const samples: readonly Sample[] = [
  {
    page: 'stop',
    state: 'shown',
    view: 'recovery/stopped-addresses/stop',
    locals: { address: 'a•••••@example.com', stoppedAt: null },
  },
  {
    page: 'stop',
    state: 'stopped',
    view: 'recovery/stopped-addresses/stop',
    locals: { address: 'a•••••@example.com', stoppedAt: sampleMoment(5) },
  },
]
