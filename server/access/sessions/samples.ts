import { type Sample, sampleMoment } from '#server/kit/pages/sample.ts'

export const samples: readonly Sample[] = [
  {
    page: 'sessions',
    state: 'several',
    view: 'access/sessions/sessions',
    signedIn: true,
    locals: {
      flash: 'ended',
      sessions: [
        session('a', { current: true, device: 'Firefox, Windows', place: 'Minsk, BY' }, 2),
        session('b', { current: false, device: 'Safari, iOS', place: '93.84.…' }, 6),
        session('c', { current: false, device: '', place: '' }, 9),
      ],
    },
  },
  {
    page: 'sessions',
    state: 'one',
    view: 'access/sessions/sessions',
    signedIn: true,
    locals: {
      sessions: [
        session('a', { current: true, device: 'Firefox, Windows', place: 'Minsk, BY' }, 2),
      ],
    },
  },
]

function session(id: string, what: object, hoursAgo: number): object {
  return { id, lastSeenAt: sampleMoment(hoursAgo - 1), signedInAt: sampleMoment(hoursAgo), ...what }
}
