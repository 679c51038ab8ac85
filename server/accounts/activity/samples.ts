import type { OverviewSamples } from '#server/kit/pages/overview.ts'
import { type Sample, sampleMoment } from '#server/kit/pages/sample.ts'
import { lookOf } from './entry-look.ts'
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
].map((entry) => ({ ...entry, ...lookOf(entry.event) }))

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
]

export const overviewSamples: OverviewSamples = {
  otherwise: { sections: [latestSection(sampleEvents.slice(0, 3))] },
  new: { sections: [latestSection(sampleEvents.slice(-1))] },
}
