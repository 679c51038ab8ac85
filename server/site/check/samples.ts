import {
  later,
  type MessageSamples,
  mailbox,
  sampleToken,
} from '#server/kit/messages/message-sample.ts'
import type { OverviewSamples } from '#server/kit/pages/overview.ts'
import type { CheckItem, NextStep } from '#server/kit/pages/owner/security-check.ts'
import { type Sample, sampleAddress, sampleMoment } from '#server/kit/pages/sample.ts'
import { nextSection, statusLink } from './overview.ts'
import { checkPath, type ShownItem } from './read-check.ts'

const yearAgo = sampleMoment(24 * 430)

const password: CheckItem = {
  rank: 10,
  icon: 'password',
  name: 'check.password.name',
  action: 'password.title',
  href: '/account/password',
  state: 'good',
  lines: [{ text: 'check.password.since', at: yearAgo }],
}

const ways: CheckItem = {
  rank: 20,
  icon: 'recover',
  name: 'recovery-methods.title',
  action: 'account.methods.manage',
  href: '/account/recovery',
  state: 'good',
  lines: [{ text: 'check.ways.count', params: { count: 2 } }],
}

const address: CheckItem = {
  rank: 21,
  icon: 'backup-address',
  name: 'methods.backup-address.name',
  action: 'recovery-methods.change',
  href: '/account/recovery/backup-address',
  state: 'good',
  masked: 'a•••••@example.com',
  lines: [
    { text: 'check.ways.since', at: sampleMoment(24 * 700) },
    { text: 'check.ways.proven', at: yearAgo },
  ],
  contact: 'backup-address',
}

const phone: CheckItem = {
  ...address,
  rank: 22,
  icon: 'phone',
  name: 'methods.phone.name',
  href: '/account/recovery/phone',
  masked: '+375 •• •••-••-47',
  contact: 'phone',
}

const noPhone: CheckItem = {
  rank: 22,
  icon: 'phone',
  name: 'methods.phone.name',
  action: 'methods.add',
  href: '/account/recovery/phone',
  state: 'none',
  lines: [{ text: 'methods.state.none' }],
  contact: 'phone',
}

const programs: CheckItem = {
  rank: 70,
  icon: 'mail-program',
  name: 'check.mail-programs.name',
  action: 'check.mail-programs.see',
  href: '/account/mail-programs',
  state: 'wait',
  lines: [{ text: 'check.mail-programs.refused', at: sampleMoment(3) }],
}

const appPasswords: CheckItem = {
  rank: 50,
  icon: 'app-password',
  name: 'account.more.app-passwords',
  action: 'check.app-passwords.see',
  href: '/account/app-passwords',
  state: 'wait',
  lines: [
    { text: 'check.app-passwords.count', params: { count: 3 } },
    { text: 'check.app-passwords.unused', params: { count: 2 } },
  ],
}

const question: NextStep = {
  step: 'still-yours',
  text: 'check.still.next',
  action: 'check.still.look',
  href: `${checkPath}#backup-address`,
}

const noWay: NextStep = {
  step: 'no-way-back',
  text: 'account.warnings.no-methods',
  action: 'account.warnings.action',
  href: '/account/recovery',
}

interface Shown {
  readonly items: readonly ShownItem[]
  readonly kind: 'good' | 'wait' | 'bad'
  readonly good?: number
  readonly next?: NextStep
  readonly flash?: string
  readonly errors?: readonly object[]
}

const check = (state: string, { items, kind, good = 3, ...locals }: Shown): Sample => ({
  page: 'check',
  state,
  view: 'site/check/check',
  signedIn: true,
  locals: { items, status: { kind, good, all: 3 }, ...locals },
})

const asked = (item: CheckItem): ShownItem => ({ ...item, state: 'wait', months: 14 })

export const samples: readonly Sample[] = [
  check('good', { items: [password, ways, address, phone], kind: 'good', flash: 'still-yours' }),
  check('question', {
    items: [password, ways, asked(address), asked(phone), appPasswords, programs],
    kind: 'wait',
    next: question,
  }),
  check('no-way-back', {
    items: [password, { ...ways, state: 'bad' }, noPhone],
    kind: 'bad',
    good: 2,
    next: noWay,
  }),
  check('errors', {
    items: [password, ways, address],
    kind: 'good',
    errors: [{ field: 'contact', reason: 'gone', at: 'main' }],
  }),
  {
    page: 'check-link',
    state: 'open',
    view: 'site/check/link',
    locals: { mailbox: sampleAddress, masked: 'a•••••@example.com' },
  },
  {
    page: 'check-link',
    state: 'confirmed',
    view: 'site/check/confirmed',
    locals: { confirmedAt: sampleMoment(0) },
  },
]

export const overviewSamples: OverviewSamples = {
  otherwise: { statusLink },
  filled: { statusLink, sections: [nextSection(question)] },
}

export const messageSamples: MessageSamples = {
  'contact-question': { link: { mailbox, token: sampleToken, until: later } },
  'phone-question': { plain: { mailbox } },
}
