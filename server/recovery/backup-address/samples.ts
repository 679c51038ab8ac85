import {
  later,
  type MessageSamples,
  sampleStopToken,
  sampleToken,
  told,
} from '#server/kit/messages/message-sample.ts'
import type { Sample } from '#server/kit/pages/sample.ts'
import { contactSamples } from '../contacts/contact-samples.ts'

export const samples: readonly Sample[] = contactSamples(
  'backup-address',
  'address',
  'alesia@',
  'alesia.kavalchuk-private@example.com',
)

export const messageSamples: MessageSamples = {
  'backup-address-code': {
    sent: { code: '004217', expiresAt: later, stopToken: sampleStopToken },
    linked: { code: '004217', expiresAt: later, stopToken: null },
  },
  'recovery-link': { sent: { ...told, token: sampleToken, expiresAt: later } },
}
