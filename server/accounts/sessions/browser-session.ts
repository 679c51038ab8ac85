// Signs a browser in and out: the session cookie and the guards of account pages.
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import session from 'express-session'
import type { ClientInfo } from '#server/core/client-info.ts'
import { msPerDay, msPerMinute } from '#server/core/durations.ts'
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import { isLocale, type Locale } from '#server/kit/i18n/texts.ts'
import { onlyLooks } from '#server/kit/web/dispatch.ts'
import {
  type FormPage,
  type Params,
  resolveFormPage,
  withFormPage,
} from '#server/kit/web/form-page.ts'
import { ownerOf, type SessionOwner } from '#server/kit/web/session-owner.ts'
import type { AccountProof } from '../accounts/change-account.ts'
import { SessionStore, type SessionStoreParts } from './session-store.ts'
import type { NewSession } from './store.ts'

export interface SessionCookie {
  readonly https: boolean
  /** Keys that sign the cookie, newest first. */
  readonly secrets: readonly string[]
}

export const sessionCookieName = (https: boolean) => (https ? '__Host-session' : 'session')

/**
 * Security: A session id is 256 random bits, in a cookie that is HttpOnly and SameSite.
 * A GET request without the cookie gets no session, so opening a form costs no random id.
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
    // Without maxAge the cookie ends with the browser. The server decides when the session ends.
    cookie: { path: '/', httpOnly: true, sameSite: 'lax', secure: cookie.https ? 'auto' : false },
  })
  return (req, res, next) => {
    if (onlyLooks(req) && req.cookies?.[name] === undefined) return next()
    withSession(req, res, next)
  }
}

export interface Beginning {
  /** Stores the session's row together with the rest of a sign-in. */
  readonly write?: (session: NewSession) => Promise<void>
  readonly isMine?: boolean
}

/** The longest that browsers keep a cookie. The server decides when the session ends. */
const cookieDays = 400

function lengthen({ session }: Request): void {
  session.isMine = true
  session.cookie.maxAge = cookieDays * msPerDay
}

/** “This device is mine.” Only behind a fresh password. */
export async function keepSignedIn(req: Request): Promise<void> {
  lengthen(req)
  await saveSession(req)
}

/**
 * Signs the browser in, under a new session id.
 * @throws StaleProof
 */
export async function startSession(
  req: Request,
  proof: AccountProof,
  client: ClientInfo,
  at: Date,
  { write, isMine = false }: Beginning = {},
): Promise<void> {
  // A visitor's session was never stored, so there is nothing to end.
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
  if (isMine) lengthen(req)
  try {
    await saveSession(req)
  } catch (fault) {
    // Otherwise express-session would still store the session when the error page is sent.
    delete (req as Partial<Request>).session
    throw fault
  }
}

export async function refreshSession(req: Request, at: Date): Promise<void> {
  req.session.confirmedAt = at.getTime()
  await saveSession(req)
}

/** Saves before the answer: express-session would save only after the redirect was sent. */
const saveSession = (req: Request) =>
  new Promise<void>((done, fail) => req.session.save((fault) => (fault ? fail(fault) : done())))

/** Gives a new session id, so that copies of the old one are dead. @param epoch the new one */
export async function renewSession(
  req: Request,
  epoch: number,
  client: ClientInfo,
  at: Date,
): Promise<void> {
  const owner = ownerOf(req)
  const { isMine = false } = req.session
  if (owner) await startSession(req, { accountId: owner.id, epoch }, client, at, { isMine })
}

export async function stopSession(req: Request): Promise<void> {
  await new Promise<void>((done, fail) =>
    req.session.destroy((fault) => (fault ? fail(fault) : done())),
  )
}

/** The owner who is signed in. Only behind `requireAccount`. */
export function accountOf(req: Request): SessionOwner {
  const owner = ownerOf(req)
  if (!owner) throw new Error('a page of the account without its guard')
  return owner
}

/** The language that the owner has chosen for letters, or else that of the page. */
export function letterLocaleOf(req: Request): Locale {
  const { isLocaleChosen, locale } = accountOf(req)
  return isLocaleChosen && isLocale(locale) ? locale : req.locale
}

export const sessionDigestOf = (req: Request): Buffer => hashToken(req.sessionID)

/** Only behind `requireAccount`. */
export function proofOf(req: Request): AccountProof {
  const { id: accountId, epoch } = accountOf(req)
  return { accountId, epoch, session: sessionDigestOf(req) }
}

const nextOf = (req: Request, page?: FormPage) =>
  encodeURIComponent(
    page === undefined ? req.originalUrl : resolveFormPage(page, req.params as Params),
  )

const pathOf = (req: Request, page?: FormPage): string =>
  page === undefined ? req.path : resolveFormPage(page, req.params as Params)

/** What a form holds that meets an ended session is shown again after the sign-in. */
export const requireAccount = (page?: FormPage): RequestHandler =>
  withFormPage(page, async (req: Request, res: Response, next: NextFunction) => {
    if (ownerOf(req)) return next()
    await req.keepDraft?.(res, { path: pathOf(req, page), shownAt: 'next-look' })
    res.redirect(303, `/sign-in?next=${nextOf(req, page)}`)
  })

/** How long a typed password, or a contact typed with it, counts as fresh. */
export const freshMs = 10 * msPerMinute

/** Asks for the password unless it was typed a moment ago. Only behind `requireAccount`. */
export const requireFreshPassword =
  (now: () => Date, page?: FormPage): RequestHandler =>
  async (req: Request, res: Response, next: NextFunction) => {
    const age = now().getTime() - (req.session.confirmedAt ?? 0)
    if (age >= 0 && age < freshMs) return next()
    await req.keepDraft?.(res, { path: pathOf(req, page), shownAt: 'next-look' })
    res.redirect(303, `/account/confirm-password?next=${nextOf(req, page)}`)
  }
