import { byMethod, type MessageSamples, undo, weak } from '#server/kit/messages/message-sample.ts'
import { type Sample, sampleAddress, sampleMoment } from '#server/kit/pages/sample.ts'

const page = (id: string, state: string, view: string, locals: object = {}): Sample => ({
  page: id,
  state,
  view: `recovery/flow/${view}`,
  locals: { mailbox: sampleAddress, ...locals },
})
const refused = (field: string, reason: string, typed?: string) => ({
  sends: 0,
  errors: [{ field, reason }],
  values: typed === undefined ? {} : { [field]: typed },
})
const otherFlow = {
  errors: [{ field: 'flow', reason: 'other', params: { mailbox: sampleAddress }, at: 'main' }],
}
const deadLink = { errors: [{ field: 'link', reason: 'dead', at: 'main' }] }

const choiceOf = (id: string, path: string) => ({
  title: `recover-method.doors.${id}.title`,
  text: `recover-method.doors.${id}.text`,
  href: `/recover/${path}`,
})
const choices = [
  choiceOf('backup-address', 'backup-address'),
  choiceOf('phone', 'sms'),
  choiceOf('security-question', 'security-question'),
]
const link = {
  address: 'alesia.kavalchuk-private@example.com',
  minutes: 60,
  sends: 1,
  left: 9,
  againAt: null,
}
const code = {
  phone: '+375\u00a029\u00a0123\u201145\u201147',
  digits: 8,
  minutes: 10,
  exhausted: false,
  sends: 1,
  left: 5,
  againAt: null,
}

export const samples: readonly Sample[] = [
  page('recover', 'empty', 'start'),
  page('recover', 'anew', 'start', { anew: true }),
  page('recover', 'errors', 'start', refused('login', 'missing')),
  page('recover-method', 'shown', 'method', { choices }),
  page('recover-method', 'unnamed', 'method', { choices, mailbox: '' }),
  page('recover-method', 'no-address', 'method', {
    choices,
    mailbox: 'Алеся Кавальчук-Баранава, паштовая скрыня',
  }),
  page('recover-backup-address', 'empty', 'backup-address', { sends: 0 }),
  page(
    'recover-backup-address',
    'errors',
    'backup-address',
    refused('address', 'shape', 'alesia.example.com'),
  ),
  page('recover-backup-address-sent', 'shown', 'backup-address-sent', link),
  page('recover-backup-address-sent', 'wait', 'backup-address-sent', {
    ...link,
    left: 5,
    againAt: sampleMoment(-0.02),
  }),
  page('recover-backup-address-sent', 'no-more', 'backup-address-sent', { ...link, left: 0 }),
  page('recover-sms', 'empty', 'sms', { sends: 0 }),
  page('recover-sms', 'errors', 'sms', refused('phone', 'shape', '12345')),
  page('recover-sms-code', 'empty', 'sms-code', { ...code, againAt: sampleMoment(-0.02) }),
  page('recover-sms-code', 'again', 'sms-code', { ...code, left: 1 }),
  page('recover-sms-code', 'no-more', 'sms-code', { ...code, left: 0 }),
  page('recover-sms-code', 'errors', 'sms-code', { ...code, ...refused('code', 'wrong') }),
  page('recover-sms-code', 'exhausted', 'sms-code', {
    ...code,
    exhausted: true,
    ...refused('code', 'dead'),
  }),
  page('recover-question', 'empty', 'question', {
    question: 'first-teacher',
    what: 'recover-question.what',
  }),
  page('recover-question', 'held', 'question', {
    question: 'first-teacher',
    what: 'recover-question.whatHeld',
  }),
  page('recover-question', 'errors', 'question', {
    question: 'grandmother-birthplace',
    what: 'recover-question.what',
    ...refused('answer', 'wrong'),
  }),
  page('recover-new-password', 'empty', 'new-password', { address: sampleAddress }),
  page('recover-new-password', 'waits', 'new-password', { address: sampleAddress, waits: true }),
  page('recover-new-password', 'errors', 'new-password', {
    address: sampleAddress,
    ...refused('password', 'too-short'),
  }),
  page('recover-new-password', 'waits-already', 'new-password', {
    address: sampleAddress,
    errors: [
      { field: 'password', reason: 'waits-already', params: { until: '1 December 2026, 10:00' } },
    ],
  }),
  page('recover-new-password', 'set-already', 'done', {
    takesEffectAt: null,
    errors: [{ field: 'password', reason: 'set-already', params: { state: 'done' }, at: 'main' }],
  }),
  page('recover-new-password', 'waits-since', 'done', {
    takesEffectAt: sampleMoment(-72),
    errors: [{ field: 'password', reason: 'set-already', params: { state: 'held' }, at: 'main' }],
  }),
  page('recover-new-password', 'other-flow', 'other-flow', {
    href: '/recover/new-password',
    ...otherFlow,
  }),
  page('recover-sms-code', 'other-flow', 'other-flow', { href: null, ...otherFlow }),
  page('recover-done', 'shown', 'done', { takesEffectAt: null }),
  page('recover-done', 'held', 'done', { takesEffectAt: sampleMoment(-72) }),
  page('recover-link', 'errors', 'link', deadLink),
]

export const messageSamples: MessageSamples = {
  'password-reset': {
    ...byMethod(undo),
    undo: { ...undo, method: 'undo' },
    weak: { ...weak, method: 'phone' },
  },
  'password-reset-held': {
    undo: { ...undo, takesEffectAt: sampleMoment(-72).toISOString() },
    weak: { ...weak, takesEffectAt: sampleMoment(-72).toISOString() },
  },
  'password-reset-stopped': {
    undo: { ...undo, by: 'owner' },
    weak: { ...weak, by: 'owner' },
    service: { ...weak, device: '', place: '', by: 'service' },
  },
}
