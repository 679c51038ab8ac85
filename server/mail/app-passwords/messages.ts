import { z } from 'zod'
import type { MessageRows } from '#server/kit/messages/catalogue.ts'
import { notice, noticeParams } from '#server/recovery/contacts/notice-row.ts'

export const messages = {
  'app-password-created': {
    ...notice,
    channels: ['mail'],
    params: z.strictObject(noticeParams),
  },
  'app-password-revoked': {
    ...notice,
    channels: ['mail'],
    params: z.strictObject({ ...noticeParams, extent: z.enum(['one', 'all']) }),
    words: ['extent', ...notice.words],
  },
} as const satisfies MessageRows

declare module '#server/kit/messages/catalogue.ts' {
  interface MessageCatalogue extends SoundRows<typeof messages> {}
}
