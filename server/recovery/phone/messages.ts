import { z } from 'zod'
import type { MessageRows } from '#server/kit/messages/catalogue.ts'
import { code, instant } from '#server/kit/messages/params.ts'

const params = z.strictObject({ code, expiresAt: instant })

export const messages = {
  'phone-code': { channels: ['sms'], params },
  'recovery-code': { channels: ['sms'], params },
} as const satisfies MessageRows

declare module '#server/kit/messages/catalogue.ts' {
  interface MessageCatalogue extends SoundRows<typeof messages> {}
}
