import { z } from 'zod'
import { methodIds } from '#server/core/method-ids.ts'
import type { MessageRows } from '#server/kit/messages/catalogue.ts'
import { instant } from '#server/kit/messages/params.ts'
import { notice, noticeParams } from '../contacts/notice-row.ts'

export const messages = {
  'password-reset': {
    ...notice,
    channels: ['mail', 'sms'],
    params: z.strictObject({ ...noticeParams, method: z.enum([...methodIds, 'undo']) }),
    words: ['method', ...notice.words],
  },
  'password-reset-held': {
    ...notice,
    kind: 'alarm',
    channels: ['mail', 'sms'],
    params: z.strictObject({ ...noticeParams, takesEffectAt: instant }),
    moments: ['takesEffectAt', ...notice.moments],
  },
  'password-reset-stopped': {
    ...notice,
    channels: ['mail', 'sms'],
    params: z.strictObject({ ...noticeParams, by: z.enum(['owner', 'service']) }),
    words: ['by', ...notice.words],
  },
} as const satisfies MessageRows

declare module '#server/kit/messages/catalogue.ts' {
  interface MessageCatalogue extends SoundRows<typeof messages> {}
}
