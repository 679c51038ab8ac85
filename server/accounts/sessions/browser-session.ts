// Signing a browser in and out: the session cookie, and passport on top of it.

import type { NextFunction, Request, RequestHandler, Response } from 'express'
import session from 'express-session'
import type { ClientInfo } from '#server/core/client-info.ts'
import { msPerMinute } from '#server/core/durations.ts'
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import { onlyLooks } from '#server/kit/web/dispatch.ts'
import { ownerOf, type SessionOwner } from '#server/kit/web/session-owner.ts'
import type { AccountProof } from '../accounts/change-account.ts'
import { SessionStore, type SessionStoreParts } from './session-store.ts'
import type { NewSession } from './store.ts'

export interface SessionCookie {
  readonly https: boolean
  /** Sign the cookie; newest first. */
  readonly secrets: readonly string[]
}

export const sessionCookieName = (https: boolean) => (https ? '__Host-session' : 'session')

/**
 * Security: the id is 256 random bits, the cookie `__Host-`, HttpOnly and SameSite, and no visitor has one before signing in.
 * A page that is only looked at, by a browser without that cookie, has no session at all: nobody can be signed in, and the many
 * who only open a form cost no random id.
 */
export function sessionMiddleware(parts: SessionStoreParts, cookie: SessionCookie): RequestHandler {
  const name = sessionCookieName(cookie.https)
  const withSession = session({
    name,
    store: new SessionStore(parts),
    genid: newToken,
    secret: [...cookie.secrets],
    resave: false,
    saveUninitialized: false,
    // Without maxAge: the cookie goes with the browser; the server decides how long it is worth something.
    cookie: { path: '/', httpOnly: true, sameSite: 'lax', secure: cookie.https ? 'auto' : false },
  })
  return (req, res, next) => {
    if (onlyLooks(req) && req.cookies?.[name] === undefined) return next()
    withSession(req, res, next)
  }
}

/**
 * Signs the browser in as the account, under a new session id.
 * @param proof by which it is signed in
 * @param write writes the session's row; by a statement of its own where nothing else is to be written
 * @throws StaleProof where the proof's epoch is over by now
 */
export async function startSession(
  req: Request,
  proof: AccountProof,
  client: ClientInfo,
  at: Date,
  write?: (session: NewSession) => Promise<void>,
): Promise<void> {
  // A visitor's session was never stored: there is nothing to end before the new one.
  if (!ownerOf(req)) req.sessionStore.generate(req)
  else
    await new Promise<void>((done, fail) =>
      req.session.regenerate((fault) => (fault ? fail(fault) : done())),
    )
  req.session.passport = { user: proof.accountId }
  req.session.epoch = proof.epoch
  req.session.confirmedAt = at.getTime()
  req.session.client = client
  if (write) req.session.write = write
  try {
    await saveSession(req)
  } catch (fault) {
    // Else it would be written at the end of the answer that says that it was not.
    delete (req as Partial<Request>).session
    throw fault
  }
}

/** The password was typed again: pages that demand it fresh open for a while. */
export async function refreshSession(req: Request, at: Date): Promise<void> {
  req.session.confirmedAt = at.getTime()
  await saveSession(req)
}

/**
 * Before the answer. Left to express-session it is begun when the answer ends, whose head is sent by then: a browser that follows the
 * redirect at once would be asked for the same password again.
 */
const saveSession = (req: Request) =>
  new Promise<void>((done, fail) => req.session.save((fault) => (fault ? fail(fault) : done())))

/**
 * Gives the signed-in browser a new id: after a change of password the old one is worth nothing, wherever it was copied to.
 * @param epoch that the change began
 */
export async function renewSession(
  req: Request,
  epoch: number,
  client: ClientInfo,
  at: Date,
): Promise<void> {
  const owner = ownerOf(req)
  if (owner) await startSession(req, { accountId: owner.id, epoch }, client, at)
}

export async function stopSession(req: Request): Promise<void> {
  await new Promise<void>((done, fail) =>
    req.session.destroy((fault) => (fault ? fail(fault) : done())),
  )
}

/** Who is signed in, behind `requireAccount`. */
export function accountOf(req: Request): SessionOwner {
  const owner = ownerOf(req)
  if (!owner) throw new Error('a page of the account without its guard')
  return owner
}

export const sessionDigestOf = (req: Request): Buffer => hashToken(req.sessionID)

/** What the session of the request proves. Behind `requireAccount`. */
export function proofOf(req: Request): AccountProof {
  const { id: accountId, epoch } = accountOf(req)
  return { accountId, epoch, session: sessionDigestOf(req) }
}

/** Where sign-in leads back to. Only pages are gone back to, never a deed. */
const nextOf = (req: Request, page?: string) => encodeURIComponent(page ?? req.originalUrl)

/** Guard: only signed in. `page` is gone back to where the guarded URL is a deed without a page. */
export const requireAccount =
  (page?: string): RequestHandler =>
  (req: Request, res: Response, next: NextFunction) => {
    if (ownerOf(req)) return next()
    res.redirect(303, `/sign-in?next=${nextOf(req, page)}`)
  }

/** So long a typed password, or a contact typed with it, counts as fresh. */
export const freshMs = 10 * msPerMinute

/** Guard of the pages marked * in the contract: the password was typed within 10 minutes. Stands after `requireAccount`. */
export const requireFreshPassword =
  (now: () => Date, page?: string): RequestHandler =>
  (req: Request, res: Response, next: NextFunction) => {
    const age = now().getTime() - (req.session.confirmedAt ?? 0)
    if (age >= 0 && age < freshMs) return next()
    res.redirect(303, `/account/confirm-password?next=${nextOf(req, page)}`)
  }
