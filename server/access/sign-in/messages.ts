import { z } from 'zod'
import type { MessageRows } from '#server/kit/messages/catalogue.ts'
import { notice, noticeParams } from '#server/recovery/contacts/notice-row.ts'

export const messages = {
  'new-device': {
    ...notice,
    kind: 'alarm',
    channels: ['mail', 'sms'],
    params: z.strictObject(noticeParams),
  },
} as const satisfies MessageRows

declare module '#server/kit/messages/catalogue.ts' {
  interface MessageCatalogue extends SoundRows<typeof messages> {}
}
