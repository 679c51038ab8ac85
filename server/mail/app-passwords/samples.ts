import { type MessageSamples, occasion, undo, weak } from '#server/kit/messages/message-sample.ts'
import { limitSample } from '#server/kit/pages/errors/limit-sample.ts'
import type { OverviewSamples } from '#server/kit/pages/overview.ts'
import { type Sample, sampleMoment } from '#server/kit/pages/sample.ts'
import { cardOf } from './card.ts'
import { appPasswordsLink, heldSection } from './overview.ts'
import type { AppPassword } from './store.ts'

const phone: AppPassword = {
  id: 'a',
  name: 'iPhone',
  services: ['imap', 'smtp'],
  createdAt: sampleMoment(900),
  live: true,
  heldAt: null,
  lastUsed: { at: sampleMoment(1), service: 'imap', place: 'Minsk, BY' },
}
const laptop: AppPassword = {
  ...phone,
  id: 'b',
  name: 'Laptop',
  services: ['pop3', 'smtp'],
  live: false,
  lastUsed: null,
}
const old: AppPassword = {
  ...phone,
  id: 'c',
  name: 'The tablet in the kitchen, first floor',
  heldAt: sampleMoment(2),
}
const cards = (...all: AppPassword[]) => all.map(cardOf)
const lists = { reportsUse: true, held: [], open: [], only: false, full: false }

const list = (state: string, locals: object): Sample => ({
  page: 'app-passwords',
  state,
  view: 'mail/app-passwords/list',
  signedIn: true,
  locals: { ...lists, ...locals },
})
const revoking = (state: string, locals: Record<string, unknown>): Sample => ({
  page: 'app-password-revoke',
  state,
  view: 'mail/app-passwords/revoke',
  signedIn: true,
  locals,
})
const form = (state: string, locals: object): Sample => ({
  page: 'app-password-new',
  state,
  view: 'mail/app-passwords/new',
  signedIn: true,
  locals: { services: ['imap', 'pop3', 'smtp'], ...locals },
})

export const samples: readonly Sample[] = [
  limitSample('app-passwords-made', { typed: { name: 'Laptop' }, waitSeconds: 80_000 }),
  list('empty', { only: true }),
  list('filled', { flash: 'revoked', flashKind: 'success', open: cards(phone, laptop) }),
  list('revoked-before', {
    flash: 'revoked-before',
    flashKind: 'warning',
    open: cards(phone, laptop),
  }),
  list('untold', { reportsUse: false, open: cards({ ...phone, lastUsed: null }) }),
  list('after-reset', {
    held: cards(old, { ...old, id: 'd', name: 'Outlook', lastUsed: null }),
    open: cards(laptop),
  }),
  list('full', { full: true, open: cards(phone) }),
  revoking('one', {
    action: '/account/app-passwords/a/revoke',
    ending: cards(phone),
    all: false,
  }),
  revoking('all', {
    action: '/account/app-passwords/revoke-all',
    ending: cards(phone, laptop, old),
    all: true,
  }),
  form('empty', { values: { imap: 'on', smtp: 'on' } }),
  form('errors', {
    values: { name: '' },
    errors: [
      { field: 'name', reason: 'missing' },
      { field: 'services', reason: 'none' },
    ],
  }),
  ...(['too-long', 'too-many'] as const).map((reason) =>
    form(reason, {
      values: { name: 'Phone', imap: 'on' },
      errors: [{ field: 'name', reason, params: { max: 40 } }],
    }),
  ),
  {
    page: 'app-password-created',
    state: 'shown',
    view: 'mail/app-passwords/created',
    signedIn: true,
    locals: {
      name: phone.name,
      services: phone.services,
      groups: ['abcd', 'efgh', 'jkmn', 'pqrs', 'tuvw'],
      profile: '/account/app-passwords/profile.mobileconfig',
    },
  },
]

export const messageSamples: MessageSamples = {
  'app-password-created': { undo, weak, plain: { ...occasion, undoToken: null } },
  'app-password-revoked': {
    one: { ...undo, extent: 'one' },
    all: { ...undo, extent: 'all' },
    weak: { ...weak, extent: 'one' },
    plain: { ...occasion, extent: 'one', undoToken: null },
  },
}

export const overviewSamples: OverviewSamples = {
  'space-asked': { links: [appPasswordsLink], sections: [heldSection] },
}
