import { z } from 'zod'
import type { MessageRows } from '#server/kit/messages/catalogue.ts'
import { instant, mailbox, reference, rowId, token } from '#server/kit/messages/params.ts'

const asks = z.enum(['yes', 'no'])

export const messages = {
  'report-words': {
    channels: ['mail'],
    params: z.strictObject({ reference, asks, progressToken: token }),
    links: { wordsLink: ['/words/report/', 'progressToken'] },
    words: ['asks'],
  },
  'owner-words': {
    channels: ['mail'],
    params: z.strictObject({ mailbox, at: instant, asks, appealToken: token }),
    links: { wordsLink: ['/words/appeal/', 'appealToken'] },
    words: ['asks'],
  },
  /** To the member of staff who asked. Its link asks for a sign-in. */
  'words-answered': {
    channels: ['mail'],
    params: z.strictObject({ caseId: rowId }),
    links: { staffCaseLink: ['/staff/cases/', 'caseId'] },
  },
} as const satisfies MessageRows

declare module '#server/kit/messages/catalogue.ts' {
  interface MessageCatalogue extends SoundRows<typeof messages> {}
}
