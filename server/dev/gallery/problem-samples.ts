// The pages that say what went wrong.
import { type Sample, sampleMoment } from './sample.ts'

const problem = (page: string, locals: object = {}): Sample => ({
  page,
  state: 'shown',
  view: 'errors/problem',
  locals: { ...locals },
})

export const problemSamples: readonly Sample[] = [
  problem('bad-request'),
  problem('error', { reference: 'k3f9-22ab' }),
  problem('forbidden'),
  problem('not-found'),
  problem('offline', { href: '' }),
  problem('too-large'),
  problem('too-many-tries', { retryAt: sampleMoment(-1) }),
  problem('unavailable'),
]
