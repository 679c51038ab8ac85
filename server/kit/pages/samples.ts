// The error pages.
import { contactWay, recoverWay } from './errors/ways-on.ts'
import type { Sample } from './sample.ts'

const problem = (page: string, locals: object = {}): Sample => ({
  page,
  state: 'shown',
  view: 'errors/problem',
  locals: { ways: [recoverWay, contactWay], ...locals },
})

const otherSession = (state: string, typed: readonly string[]): Sample => ({
  page: 'forbidden',
  state,
  view: 'errors/other-session',
  signedIn: true,
  locals: {
    href: '/account/password',
    typed,
    ways: [contactWay],
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
  problem('offline', { href: '', ways: undefined }),
  problem('too-large'),
  problem('unavailable'),
]
