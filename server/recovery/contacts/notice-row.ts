// What all notices with an undo link share, for the `messages.ts` of their features.

import { z } from 'zod'
import { msPerDay } from '#server/core/durations.ts'
import { occasion, token } from '#server/kit/messages/params.ts'

export const noticeParams = {
  ...occasion,
  /** `null` for a reader who must not get the link: a contact that was just added. */
  undoToken: token.nullable(),
  /** What the link can do. A message older than this field promises the least. */
  undoPower: z.enum(['restore', 'new-password', 'end-sessions']).default('end-sessions'),
}

type Undo = { at: string; undoToken: string | null; undoPower?: string }

function derive(
  { at, undoToken, undoPower = 'end-sessions' }: Undo,
  { undoDays }: { undoDays: number },
): { power: string; undoUntil?: string } {
  if (!undoToken) return { power: 'none' }
  const until = new Date(Date.parse(at) + undoDays * msPerDay)
  return { power: undoPower, undoUntil: until.toISOString() }
}

/** A notice without the undo link leads to a recovery instead. */
export const notice = {
  links: { undoLink: ['/undo/', 'undoToken'], recoverLink: '/recover' },
  words: ['power'],
  moments: ['undoUntil'],
  derive,
} as const
