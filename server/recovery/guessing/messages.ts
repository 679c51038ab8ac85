import { z } from 'zod'
import type { MessageRows } from '#server/kit/messages/catalogue.ts'
import { occasion } from '#server/kit/messages/params.ts'

export const messages = {
  'guessing-noticed': {
    kind: 'alarm',
    channels: ['mail'],
    params: z.strictObject({ ...occasion, what: z.enum(['sign-in', 'recovery']) }),
    links: { recoverLink: '/recover', recoveryLink: '/account/recovery' },
    words: ['what'],
  },
} as const satisfies MessageRows

declare module '#server/kit/messages/catalogue.ts' {
  interface MessageCatalogue extends SoundRows<typeof messages> {}
}
