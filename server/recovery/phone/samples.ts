import { later, type MessageSamples } from '#server/kit/messages/message-sample.ts'
import { type Sample, sampleMoment } from '#server/kit/pages/sample.ts'
import { contactSamples } from '../contacts/contact-samples.ts'
import { otherFlow, refused, stepSample } from '../flow/sample-page.ts'

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
  ...contactSamples('phone', 'phone', '+375 29 12', '+375 29 123-45-67'),
  stepSample('recover-sms', 'empty', 'phone/recover-sms', { sends: 0 }),
  stepSample('recover-sms', 'errors', 'phone/recover-sms', refused('phone', 'shape', '12345')),
  stepSample('recover-sms-code', 'empty', 'phone/recover-sms-code', {
    ...code,
    againAt: sampleMoment(-0.02),
  }),
  stepSample('recover-sms-code', 'again', 'phone/recover-sms-code', {
    ...code,
    left: 1,
    flash: 'sent-again',
  }),
  stepSample('recover-sms-code', 'no-more', 'phone/recover-sms-code', { ...code, left: 0 }),
  stepSample('recover-sms-code', 'errors', 'phone/recover-sms-code', {
    ...code,
    ...refused('code', 'wrong'),
  }),
  stepSample('recover-sms-code', 'exhausted', 'phone/recover-sms-code', {
    ...code,
    exhausted: true,
    ...refused('code', 'dead'),
  }),
  stepSample('recover-sms-code', 'other-flow', 'flow/other-flow', { href: null, ...otherFlow }),
]

export const messageSamples: MessageSamples = {
  'phone-code': { sent: { code: '004217', expiresAt: later } },
  'recovery-code': { sent: { code: '00421799', expiresAt: later } },
}
