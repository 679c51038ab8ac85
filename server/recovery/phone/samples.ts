import { later, type MessageSamples } from '#server/kit/messages/message-sample.ts'
import type { Sample } from '#server/kit/pages/sample.ts'
import { contactSamples } from '../contacts/contact-samples.ts'

export const samples: readonly Sample[] = contactSamples(
  'phone',
  'phone',
  '+375 29 12',
  '+375 29 123-45-67',
)

export const messageSamples: MessageSamples = {
  'phone-code': { sent: { code: '004217', expiresAt: later } },
  'recovery-code': { sent: { code: '00421799', expiresAt: later } },
}
