// Who is signed in. Sessions themselves belong to accounts.
import type { Request } from 'express'

export interface SessionOwner {
  readonly id: string
  readonly address: string
  readonly locale: string | null
  /** The account's epoch in which the session began. */
  readonly epoch: number
}

declare module 'express-session' {
  interface SessionData {
    /** Read with the session's row; never written back. */
    owner?: SessionOwner
  }
}

export const ownerOf = (req: Request): SessionOwner | undefined => req.session?.owner
