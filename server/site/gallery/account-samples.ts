// The pages of a signed-in owner.
import { showMethodState, showPassword, warningAction } from '../overview/account-page.ts'
import { type Sample, sampleAddress, sampleMoment } from './sample.ts'

const events = [
  {
    at: sampleMoment(0),
    event: 'sign-in.succeeded',
    device: 'Firefox, Windows',
    place: 'Minsk, BY',
  },
  {
    at: sampleMoment(3),
    event: 'session.others-ended',
    params: { count: 3 },
    device: 'Safari, iOS',
    place: '93.84.…',
  },
  {
    at: sampleMoment(9),
    event: 'session.ended',
    params: { device: 'Chrome, Android' },
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
]
const ready = {
  address: sampleAddress,
  state: 'ready',
  passwordPending: false,
  passwordWasChanged: true,
  passwordLiveSince: sampleMoment(0),
  quotaBytes: 2 ** 30,
}
const none = ['phone', 'backup-address', 'security-question'].map((id) => ({ id, state: 'none' }))

interface MethodSample {
  readonly id: string
  readonly state: string
  readonly since?: Date
  readonly masked?: unknown
  readonly doubtful?: boolean
}

interface AccountFacts {
  readonly mailbox?: typeof ready | object
  readonly methods?: readonly MethodSample[]
  readonly warnings?: readonly string[]
  readonly [local: string]: unknown
}

function account(state: string, facts: AccountFacts): Sample {
  const { mailbox = ready, methods = none, warnings = [], ...locals } = facts
  return {
    page: 'account',
    state,
    view: 'site/overview/account',
    signedIn: true,
    locals: {
      latestActivity: events.slice(0, 3),
      space: {},
      mailbox,
      password: showPassword({ ...ready, ...mailbox }),
      methods: methods.map((method) => ({ ...method, tag: showMethodState(method) })),
      warnings,
      warningAction: warningAction(warnings),
      ...locals,
    },
  }
}

export const accountSamples: readonly Sample[] = [
  account('new', {
    mailbox: {
      ...ready,
      state: 'being-set-up',
      passwordPending: true,
      passwordWasChanged: false,
      passwordLiveSince: null,
    },
    warnings: ['no-methods'],
    latestActivity: events.slice(-1),
  }),
  account('filled', {
    flash: 'password-changed',
    mailbox: { ...ready, usedBytes: 123_456_789 },
    space: { growsTo: 10 * 2 ** 30 },
    lacksSecondWay: true,
    methods: [
      { id: 'phone', state: 'set', since: sampleMoment(500), masked: '+375 •• •••-••-47' },
      { id: 'backup-address', state: 'pending', masked: 'a••••k@gm•••.com' },
      { id: 'security-question', state: 'removed' },
    ],
  }),
  account('space-asked', {
    flash: 'space-grown',
    mailbox: { ...ready, usedBytes: 700_000_000 },
    space: { more: 2 ** 31 },
    appPasswords: true,
    heldAppPasswords: 2,
    waitingFilters: 'held',
  }),
  account('delayed', {
    waitingFilters: 'unheld',
    mailbox: { ...ready, state: 'delayed', passwordPending: true },
    warnings: ['only-question'],
  }),
  account('waiting', {
    waiting: { dueAt: sampleMoment(-50), device: 'Firefox, Windows', place: 'Minsk, BY' },
  }),
  account('needs-operator', {
    mailbox: { ...ready, state: 'needs-operator', passwordPending: true },
  }),
  { page: 'password', state: 'empty', view: 'access/password/password', signedIn: true },
  ...['common', 'contains-login', 'too-long'].map(
    (reason): Sample => ({
      page: 'password',
      state: reason,
      view: 'access/password/password',
      signedIn: true,
      locals: { errors: [{ field: 'password', reason }] },
    }),
  ),
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
  {
    page: 'activity',
    state: 'filled',
    view: 'accounts/activity/activity',
    signedIn: true,
    locals: { events, newer: '/account/activity', older: '/account/activity?before=5' },
  },
  {
    page: 'activity',
    state: 'empty',
    view: 'accounts/activity/activity',
    signedIn: true,
    locals: { events: [] },
  },
]

function session(id: string, what: object, hoursAgo: number): object {
  return { id, lastSeenAt: sampleMoment(hoursAgo - 1), signedInAt: sampleMoment(hoursAgo), ...what }
}
