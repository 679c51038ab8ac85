import type { OverviewSamples } from '#server/kit/pages/overview.ts'
import { type Sample, sampleMoment } from '#server/kit/pages/sample.ts'
import { lookOf } from './entry-look.ts'
import { type Advice, findAdvice, type Step, steps, stepsOf } from './not-me.ts'
import { latestSection } from './overview.ts'

const sampleEvents = [
  {
    at: sampleMoment(0),
    event: 'sign-in.succeeded',
    device: 'Firefox, Windows',
    place: 'Minsk, BY',
  },
  {
    at: sampleMoment(3),
    event: 'sign-in.new-device',
    device: 'Safari, iOS',
    place: '93.84.…',
  },
  {
    at: sampleMoment(9),
    event: 'an event of a feature that is gone',
    device: '',
    place: '',
  },
  {
    at: sampleMoment(30),
    event: 'password.changed',
    device: 'Firefox, Windows',
    place: 'Minsk, BY',
  },
  {
    at: sampleMoment(300),
    event: 'account.created',
    device: 'Firefox, Windows',
    place: 'Minsk, BY',
  },
].map((entry, nth) => ({
  ...entry,
  ...lookOf(entry.event),
  notMe: findAdvice(entry.event) ? `/account/activity/${nth}/not-me` : undefined,
}))

function notMe(state: string, event: string, advice: Advice, begun: object): Sample {
  const all: readonly Step[] = stepsOf[advice]
  return {
    page: 'not-me',
    state,
    view: 'accounts/activity/not-me',
    signedIn: true,
    locals: {
      entry: {
        at: sampleMoment(3),
        event,
        params: { by: 'owner' },
        device: 'Safari, iOS',
        place: '93.84.…',
      },
      advice,
      begun,
      steps: all.map((name) => ({ name, href: steps[name] })),
    },
  }
}

const none = { kind: 'none' }

export const samples: readonly Sample[] = [
  {
    page: 'activity',
    state: 'filled',
    view: 'accounts/activity/activity',
    signedIn: true,
    locals: {
      events: sampleEvents,
      newer: '/account/activity',
      older: '/account/activity?before=5',
    },
  },
  {
    page: 'activity',
    state: 'empty',
    view: 'accounts/activity/activity',
    signedIn: true,
    locals: { events: [] },
  },
  notMe('sign-in', 'sign-in.new-device', 'sign-in', {
    kind: 'alive',
    end: '/account/sessions/b/end',
  }),
  notMe('here', 'sign-in.succeeded', 'sign-in', { kind: 'here' }),
  notMe('ended', 'sign-in.succeeded', 'sign-in', { kind: 'ended' }),
  notMe('password', 'password.changed', 'password', none),
  notMe('method', 'phone.added', 'method', none),
  notMe('tries', 'sign-in.failures', 'tries', none),
  notMe('service', 'account.unblocked', 'service', none),
  notMe('account', 'account.kept', 'account', none),
  notMe('filters', 'filters.removed', 'filters', none),
]

export const overviewSamples: OverviewSamples = {
  otherwise: { sections: [latestSection(sampleEvents.slice(0, 3))] },
  new: { sections: [latestSection(sampleEvents.slice(-1))] },
}
