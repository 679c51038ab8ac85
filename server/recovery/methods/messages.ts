import { z } from 'zod'
import { methodIds } from '#server/core/method-ids.ts'
import type { MessageRows } from '#server/kit/messages/catalogue.ts'
import { instant, mailbox } from '#server/kit/messages/params.ts'
import { notice, noticeParams } from '../contacts/notice-row.ts'

const change = {
  ...notice,
  channels: ['mail', 'sms'],
  params: z.strictObject({ ...noticeParams, method: z.enum(methodIds) }),
  words: ['method', ...notice.words],
} as const

export const messages = {
  'recovery-method-added': change,
  'recovery-method-changed': change,
  'recovery-method-removed': change,
  /**
   * To the mailbox and all contacts of an account, when somebody else has proved to have one of the
   * contacts. It does not describe that person.
   */
  'contact-doubted': {
    kind: 'alarm',
    channels: ['mail', 'sms'],
    params: z.strictObject({ mailbox, at: instant, method: z.enum(['backup-address', 'phone']) }),
    links: { accountLink: '/account', recoveryLink: '/account/recovery' },
    words: ['method'],
  },
} as const satisfies MessageRows

declare module '#server/kit/messages/catalogue.ts' {
  interface MessageCatalogue extends SoundRows<typeof messages> {}
}
