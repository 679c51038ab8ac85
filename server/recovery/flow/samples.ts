import { type MethodId, methodIds } from '#server/core/method-ids.ts'
import { limitSample } from '#server/kit/pages/errors/limit-sample.ts'
import { contactWay } from '#server/kit/pages/errors/ways-on.ts'
import { type Sample, sampleAddress, sampleMoment } from '#server/kit/pages/sample.ts'
import { otherFlow, refused, stepSample } from './sample-page.ts'

const page = (id: string, state: string, view: string, locals: object = {}): Sample =>
  stepSample(id, state, `flow/${view}`, locals)

const forms: Partial<Record<MethodId, string>> = {
  phone: 'recovery/phone/recover-sms-form',
  'backup-address': 'recovery/backup-address/recover-backup-address-form',
}
const choices = methodIds.map((id) => ({
  title: `recover-method.doors.${id}.title`,
  text: `recover-method.doors.${id}.text`,
  href: `/recover/${id}`,
  form: forms[id],
  sends: 0,
}))

export const samples: readonly Sample[] = [
  limitSample('recovery', { typed: { login: 'alesia' }, waitSeconds: 1800, ways: [contactWay] }),
  limitSample('messages', { href: '/recover/sms/code' }),
  limitSample('recovery-tries', { href: '/recover/sms/code', waitSeconds: 80_000 }),
  page('recover', 'empty', 'start'),
  page('recover', 'start-again', 'start', { notice: 'start-again' }),
  page('recover', 'overtaken', 'start', { notice: 'overtaken' }),
  page('recover', 'sessions-ended', 'start', { flash: 'sessions-ended' }),
  page('recover', 'errors', 'start', refused('login', 'missing')),
  page('recover-method', 'shown', 'method', { choices }),
  page('recover-method', 'unnamed', 'method', { choices, mailbox: '' }),
  page('recover-method', 'no-address', 'method', {
    choices,
    mailbox: 'Алеся Кавальчук-Баранава, паштовая скрыня',
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
  page('recover-done', 'shown', 'done', { takesEffectAt: null }),
  page('recover-done', 'held', 'done', { takesEffectAt: sampleMoment(-72) }),
]
