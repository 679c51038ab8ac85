import { z } from 'zod'
import type { MessageRows } from '#server/kit/messages/catalogue.ts'
import { code, instant, occasion, token } from '#server/kit/messages/params.ts'

const stopToken = z.string().regex(/^v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]{38,500}$/)

export const messages = {
  'backup-address-code': {
    kind: 'code',
    channels: ['mail'],
    /** `stopToken` is `null` if the account has the address already. */
    params: z.strictObject({
      code,
      expiresAt: instant,
      stopToken: stopToken.nullable().default(null),
    }),
    links: { stopLink: ['/stop/', 'stopToken'] },
    unsubscribe: 'stopLink',
  },
  'recovery-link': {
    kind: 'code',
    channels: ['mail'],
    params: z.strictObject({ ...occasion, token, expiresAt: instant }),
    links: { link: ['/recover/link/', 'token'] },
  },
} as const satisfies MessageRows

declare module '#server/kit/messages/catalogue.ts' {
  interface MessageCatalogue extends SoundRows<typeof messages> {}
}
