import { z } from 'zod'
import type { MessageRows } from '#server/kit/messages/catalogue.ts'

export const messages = {
  /** To staff. It names no mailbox, and its link asks for a sign-in. */
  'high-cases': {
    kind: 'alarm',
    channels: ['mail'],
    params: z.strictObject({ count: z.int().min(1) }),
    links: { staffQueueLink: '/staff/cases' },
  },
} as const satisfies MessageRows

declare module '#server/kit/messages/catalogue.ts' {
  interface MessageCatalogue extends SoundRows<typeof messages> {}
}
