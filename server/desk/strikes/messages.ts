import { z } from 'zod'
import type { MessageRows } from '#server/kit/messages/catalogue.ts'
import { instant, mailbox, token } from '#server/kit/messages/params.ts'
import { measureCauses } from '../measures/measures.ts'

export const messages = {
  'account-warned': {
    kind: 'alarm',
    channels: ['mail'],
    params: z.strictObject({
      mailbox,
      at: instant,
      cause: z.enum(measureCauses),
      until: instant.nullable(),
      appealToken: token,
    }),
    links: { appealLink: ['/appeal/', 'appealToken'], termsLink: '/terms' },
    words: ['cause'],
    moments: ['until'],
  },
  'warning-withdrawn': {
    channels: ['mail'],
    params: z.strictObject({ mailbox, at: instant }),
    links: { accountLink: '/account' },
  },
} as const satisfies MessageRows

declare module '#server/kit/messages/catalogue.ts' {
  interface MessageCatalogue extends SoundRows<typeof messages> {}
}
