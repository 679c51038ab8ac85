// Who is signed in, as every page and log line may ask. Sessions themselves belong to accounts.
import type { Request } from 'express'

export interface SessionOwner {
  readonly id: string
  readonly address: string
  readonly locale: string | null
  /** Of the account, in which the session began. */
  readonly epoch: number
}

declare module 'express-session' {
  interface SessionData {
    /** Read with the session's row; never written back. */
    owner?: SessionOwner
  }
}

export const ownerOf = (req: Request): SessionOwner | undefined => req.session?.owner
