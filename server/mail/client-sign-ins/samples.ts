import type { OverviewSamples } from '#server/kit/pages/overview.ts'
import { type Sample, sampleMoment } from '#server/kit/pages/sample.ts'
import { clientSignInsLink } from './overview.ts'
import { statesOf } from './states.ts'

const tryOf = (reason: string, hoursAgo: number, more: object = {}) => ({
  reason,
  at: sampleMoment(hoursAgo),
  service: 'imap',
  place: 'Minsk, BY',
  tries: 1,
  ...more,
})
const succeeded = [
  tryOf('succeeded-app-password', 1, { name: 'iPhone', tries: 12 }),
  tryOf('succeeded', 30, { service: 'smtp', place: '93.84.…' }),
]
const refused = [
  tryOf('old-password', 0, { since: sampleMoment(3), tries: 41 }),
  tryOf('whole-address', 5, { service: 'smtp' }),
  tryOf('blocked', 6, { service: 'smtp' }),
  tryOf('not-judged', 6),
  tryOf('app-password-needed', 7),
  tryOf('app-password-held', 8, { name: 'Laptop' }),
  tryOf('app-password-revoked', 9, {
    name: 'The tablet in the kitchen, first floor',
    since: sampleMoment(40),
  }),
  tryOf('wrong-service', 10, { name: 'iPhone', service: 'pop3' }),
  tryOf('wrong-password', 11, { place: '', tries: 2 }),
]
interface Shown {
  readonly refused?: readonly ReturnType<typeof tryOf>[]
  readonly succeeded?: readonly ReturnType<typeof tryOf>[]
  readonly reportsSignIns?: boolean
  readonly appPasswords?: boolean
}

const shown = (state: string, locals: Shown): Sample => ({
  page: 'client-sign-ins',
  state,
  view: 'mail/client-sign-ins/client-sign-ins',
  signedIn: true,
  locals: {
    refused: [],
    succeeded: [],
    days: 30,
    reportsSignIns: true,
    appPasswords: true,
    ...locals,
    last: locals.refused?.[0],
    states: statesOf(
      [...(locals.succeeded ?? []), ...(locals.refused ?? [])]
        .toSorted((one, two) => two.at.getTime() - one.at.getTime())
        .map((each) => ({ ...each, isGood: each.reason.startsWith('succeeded') })),
    ),
  },
})

export const overviewSamples: OverviewSamples = { otherwise: { links: [clientSignInsLink] } }

export const samples: readonly Sample[] = [
  shown('empty', { appPasswords: false }),
  shown('untold', { reportsSignIns: false, appPasswords: false }),
  shown('well', { succeeded }),
  shown('refused', { refused, succeeded }),
  ...refused.slice(1).map((one) => shown(one.reason, { refused: [one] })),
]
