import { z } from 'zod'
import type { MessageRows } from '#server/kit/messages/catalogue.ts'
import { notice, noticeParams } from '#server/recovery/contacts/notice-row.ts'

export const messages = {
  'export-ready': {
    ...notice,
    channels: ['mail'],
    params: z.strictObject(noticeParams),
    links: { exportLink: '/account/export', ...notice.links },
  },
} as const satisfies MessageRows

declare module '#server/kit/messages/catalogue.ts' {
  interface MessageCatalogue extends SoundRows<typeof messages> {}
}
