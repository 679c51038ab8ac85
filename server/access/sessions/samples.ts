import type { OverviewSamples } from '#server/kit/pages/overview.ts'
import { type Sample, sampleMoment } from '#server/kit/pages/sample.ts'
import { devicesTile, sessionsLink } from './overview.ts'

export const overviewSamples: OverviewSamples = {
  otherwise: { links: [sessionsLink], sections: [devicesTile(1, false)] },
  filled: { links: [sessionsLink], sections: [devicesTile(3, false)] },
  delayed: { links: [sessionsLink], sections: [devicesTile(2, true)] },
}

export const samples: readonly Sample[] = [
  {
    page: 'sessions',
    state: 'several',
    view: 'access/sessions/sessions',
    signedIn: true,
    locals: {
      flash: 'ended',
      days: 30,
      isMine: true,
      sessions: [
        session({ device: 'Firefox, Windows', place: 'Minsk, BY', isMine: true }, 2),
        session({ end: endOf('b'), device: 'Safari, iOS', place: '93.84.…' }, 6),
        session({ end: endOf('c'), device: '', place: '' }, 9),
      ],
    },
  },
  {
    page: 'sessions',
    state: 'one',
    view: 'access/sessions/sessions',
    signedIn: true,
    locals: {
      days: 30,
      sessions: [session({ device: 'Firefox, Windows', place: 'Minsk, BY' }, 2)],
    },
  },
]

function endOf(id: string): string {
  return `/account/sessions/${id}/end`
}

function session(what: object, hoursAgo: number): object {
  return { lastSeenAt: sampleMoment(hoursAgo - 1), signedInAt: sampleMoment(hoursAgo), ...what }
}
