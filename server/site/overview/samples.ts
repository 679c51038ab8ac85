// The home page, and the overview of an account.
import { sampleEvents } from '#server/accounts/activity/samples.ts'
import { type Sample, sampleAddress, sampleMoment } from '#server/kit/pages/sample.ts'
import { showMethodState, showPassword, warningAction } from './account-page.ts'

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
      latestActivity: sampleEvents.slice(0, 3),
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

export const samples: readonly Sample[] = [
  { page: 'home', state: 'stranger', view: 'site/home/home' },
  { page: 'home', state: 'signed-in', view: 'site/home/home', signedIn: true },
  account('new', {
    mailbox: {
      ...ready,
      state: 'being-set-up',
      passwordPending: true,
      passwordWasChanged: false,
      passwordLiveSince: null,
    },
    warnings: ['no-methods'],
    latestActivity: sampleEvents.slice(-1),
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
]
