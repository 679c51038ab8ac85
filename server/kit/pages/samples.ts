// The error pages.
import { type Sample, sampleMoment } from './sample.ts'

const problem = (page: string, locals: object = {}): Sample => ({
  page,
  state: 'shown',
  view: 'errors/problem',
  locals: { ...locals },
})

const otherSession = (state: string, typed: readonly string[]): Sample => ({
  page: 'forbidden',
  state,
  view: 'errors/other-session',
  signedIn: true,
  locals: {
    href: '/account/password',
    typed,
    errors: [{ field: 'form', reason: 'other-session', at: 'main' }],
  },
})

export const samples: readonly Sample[] = [
  problem('bad-request'),
  problem('error', { reference: 'k3f9-22ab' }),
  problem('forbidden'),
  { page: 'forbidden', state: 'missing-right', view: 'errors/missing-right', signedIn: true },
  otherSession('other-session', []),
  otherSession('other-session-typed', [
    'Two reporters, one letter.\nSee case 4.',
    '+375 29 123-45-67',
  ]),
  problem('not-found'),
  problem('offline', { href: '' }),
  problem('too-large'),
  problem('too-many-tries', { retryAt: new Date(sampleMoment(0).getTime() + 45_000) }),
  problem('unavailable'),
]
