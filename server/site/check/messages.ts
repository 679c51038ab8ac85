import { z } from 'zod'
import type { MessageRows } from '#server/kit/messages/catalogue.ts'
import { instant, mailbox, token } from '#server/kit/messages/params.ts'

export const messages = {
  'contact-question': {
    channels: ['mail'],
    params: z.strictObject({ mailbox, token, until: instant }),
    links: { link: ['/check/', 'token'] },
    moments: ['until'],
  },
  'phone-question': {
    channels: ['mail'],
    params: z.strictObject({ mailbox }),
    links: { checkLink: '/account/check' },
  },
} as const satisfies MessageRows

declare module '#server/kit/messages/catalogue.ts' {
  interface MessageCatalogue extends SoundRows<typeof messages> {}
}
