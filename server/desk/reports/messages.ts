import { z } from 'zod'
import type { MessageRows } from '#server/kit/messages/catalogue.ts'
import { reference, token } from '#server/kit/messages/params.ts'

const links = { progressLink: ['/report/progress/', 'progressToken'] } as const

const receivedLinks = {
  ...links,
  confirmLink: ['/report/confirm/', 'confirmToken'],
} as const

const received = z.strictObject({
  reference,
  progressToken: token,
  /** Absent if the address is confirmed. */
  confirmToken: token.optional(),
  /** More letters than are taken from one mail. */
  lettersLeft: z.int().min(0).max(1000),
})

export const messages = {
  'report-received': {
    channels: ['mail'],
    params: received,
    links: receivedLinks,
  },
  'report-closed': {
    channels: ['mail'],
    params: z.strictObject({
      reference,
      outcome: z.enum([
        'measure-taken',
        'measure-after-all',
        'no-breach',
        'not-ours',
        'not-enough',
      ]),
      progressToken: token,
    }),
    links,
    words: ['outcome'],
  },
  'report-source-wanted': {
    channels: ['mail'],
    params: received,
    links: {
      ...receivedLinks,
      sourceHelpLink: '/help/suspicious-letters#source',
      reportLink: '/report',
    },
  },
} as const satisfies MessageRows

declare module '#server/kit/messages/catalogue.ts' {
  interface MessageCatalogue extends SoundRows<typeof messages> {}
}
