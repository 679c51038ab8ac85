import { z } from 'zod'
import type { MessageRows } from '#server/kit/messages/catalogue.ts'
import { instant } from '#server/kit/messages/params.ts'
import { brakeNames } from './brakes.ts'

export const messages = {
  'brake-alert': {
    kind: 'alarm',
    channels: ['mail'],
    params: z.strictObject({ brake: z.enum(brakeNames), at: instant }),
    words: ['brake'],
  },
} as const satisfies MessageRows

declare module '#server/kit/messages/catalogue.ts' {
  interface MessageCatalogue extends SoundRows<typeof messages> {}
}
