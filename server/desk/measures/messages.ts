import { z } from 'zod'
import type { MessageRows } from '#server/kit/messages/catalogue.ts'
import { instant, mailbox, token } from '#server/kit/messages/params.ts'

export const messages = {
  'account-blocked': {
    kind: 'alarm',
    channels: ['mail', 'sms'],
    params: z.strictObject({
      mailbox,
      at: instant,
      extent: z.enum(['limited', 'send', 'login', 'all', 'compromised']),
      cause: z.enum([
        'spam',
        'phishing',
        'malware',
        'fraud',
        'harassment',
        'compromised',
        'other',
        // Letters of the release before this one may still wait.
        'operator',
      ]),
      until: instant.nullable(),
      appealToken: token.nullable(),
    }),
    links: {
      appealLink: ['/appeal/', 'appealToken'],
      accountLink: '/account',
      recoverLink: '/recover',
      termsLink: '/terms',
    },
    words: ['extent', 'cause'],
    moments: ['until'],
  },
  'account-unblocked': {
    channels: ['mail', 'sms'],
    params: z.strictObject({ mailbox, at: instant }),
    links: { accountLink: '/account' },
  },
} as const satisfies MessageRows

declare module '#server/kit/messages/catalogue.ts' {
  interface MessageCatalogue extends SoundRows<typeof messages> {}
}
