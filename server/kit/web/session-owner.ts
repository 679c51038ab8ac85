// Who is signed in. `server/accounts/sessions/` owns the sessions themselves.
import type { Request } from 'express'

export interface SessionOwner {
  readonly id: string
  readonly address: string
  readonly locale: string | null
  /** Whether the owner has chosen the language of letters. */
  readonly isLocaleChosen: boolean
  /** The colours of pages; null where none were set by hand. */
  readonly scheme: string | null
  /** The epoch of the account when the session began. */
  readonly epoch: number
}

declare module 'express-session' {
  interface SessionData {
    /** Read from the database with the session, and never written back. */
    owner?: SessionOwner
  }
}

export const ownerOf = (req: Request): SessionOwner | undefined => req.session?.owner
