// Tells one form from another, so that a second click is known as such.
import { createHash } from 'node:crypto'
import type { Request } from 'express'
import { sessionDigestOf } from './sessions.ts'

/**
 * The same for every sending of one form, as it was shown to this browser and filled in: its token is a new one each time it is shown.
 * What else was sent by then, or a form that was opened anew, has another.
 */
export function formDigestOf(req: Request): Buffer {
  const fields = Object.entries((req.body ?? {}) as Record<string, unknown>).sort(([left], [right]) =>
    left < right ? -1 : 1,
  )
  const session = req.session ? sessionDigestOf(req).toString('base64url') : ''
  const file = req.file ? createHash('sha256').update(req.file.buffer).digest('base64url') : ''
  return createHash('sha256')
    .update(JSON.stringify([req.path, signedIn(req) ? session : '', fields, file]))
    .digest()
}

const signedIn = (req: Request) => req.session?.owner !== undefined
