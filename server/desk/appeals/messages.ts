import { z } from 'zod'
import type { MessageRows } from '#server/kit/messages/catalogue.ts'
import { instant, mailbox, reference, rowId } from '#server/kit/messages/params.ts'

const decision = z.enum(['lifted', 'kept', 'eased'])

export const messages = {
  'appeal-received': {
    channels: ['mail'],
    params: z.strictObject({ mailbox, reference, at: instant }),
  },
  'appeal-decided': {
    channels: ['mail'],
    params: z.strictObject({ mailbox, reference, at: instant, decision }),
    links: { accountLink: '/account' },
    words: ['decision'],
  },
  /** To the staff who took the measure. The mail names no mailbox. */
  'appeal-outcome': {
    channels: ['mail'],
    params: z.strictObject({ reference, appealId: rowId, decision }),
    // The page of this link asks for a sign-in.
    links: { staffAppealLink: ['/staff/appeals/', 'appealId'] },
    words: ['decision'],
  },
} as const satisfies MessageRows

declare module '#server/kit/messages/catalogue.ts' {
  interface MessageCatalogue extends SoundRows<typeof messages> {}
}
