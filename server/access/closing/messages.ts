import { z } from 'zod'
import type { MessageRows } from '#server/kit/messages/catalogue.ts'
import { instant, mailbox } from '#server/kit/messages/params.ts'
import { notice, noticeParams } from '#server/recovery/contacts/notice-row.ts'

export const messages = {
  'account-closing': {
    ...notice,
    kind: 'alarm',
    channels: ['mail', 'sms'],
    params: z.strictObject({ ...noticeParams, closesAt: instant }),
    moments: ['closesAt', ...notice.moments],
  },
  'account-closing-soon': {
    channels: ['mail', 'sms'],
    params: z.strictObject({ mailbox, at: instant, closesAt: instant }),
    links: { signInLink: '/sign-in' },
    moments: ['closesAt'],
  },
  'account-kept': { ...notice, channels: ['mail', 'sms'], params: z.strictObject(noticeParams) },
} as const satisfies MessageRows

declare module '#server/kit/messages/catalogue.ts' {
  interface MessageCatalogue extends SoundRows<typeof messages> {}
}
