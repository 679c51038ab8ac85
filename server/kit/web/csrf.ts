// Accepts forms from pages of the portal only: checks their origin and a token.

import csurfPackage from 'csurf'
import type { Request, RequestHandler } from 'express'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { sameSecret } from '#server/core/keys/secrets.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import { Forbidden, OtherSession } from '../pages/faults.ts'
import { cookieName as ownCookieName } from './cookies.ts'

declare module 'express-serve-static-core' {
  interface Request {
    /** @param flow the recovery that the page is a step of */
    formToken?: (flow?: string) => string
    /** True for a form of this flow, and for one that names no flow. */
    isFormOfFlow?: (flow: string) => boolean
    /** What the form proves of the session that it was made in, which may have ended. */
    formBond?: () => FormBond | undefined
    /** Whether that session was of this account. */
    isBondOf?: (bond: FormBond, accountId: string) => boolean
    /** The form was made in another session. Set only for pages that judge this themselves. */
    isFormOfOther?: true
  }
}

export interface FormBond {
  readonly browser: string
  readonly session: string
  readonly sessionId: string
}

// csurf's types describe its CommonJS form, but the ES module exports the function itself.
const csurf = csurfPackage as unknown as (options: object) => RequestHandler

const isSafe = (method: string) => method === 'GET' || method === 'HEAD' || method === 'OPTIONS'

/**
 * Security: A form from another site is refused.
 * Pages with `Referrer-Policy: no-referrer` send the origin `null` (Fetch, "append a request Origin
 * header"); a browser that sends neither header is left to the token.
 * @param trustHost in development, where the portal may be opened by other names of the machine
 */
export function checkOrigin(ownOrigin: string, trustHost: boolean): RequestHandler {
  return (req, _res, next) => {
    if (isSafe(req.method)) return next()
    const site = req.get('sec-fetch-site')
    if (site !== undefined)
      return next(
        site === 'same-origin' || site === 'none' ? undefined : new Forbidden('cross-site'),
      )
    const origin = req.get('origin')
    if (origin === undefined || origin === 'null' || origin === ownOrigin) return next()
    if (trustHost && origin === `${req.protocol}://${req.get('host')}`) return next()
    next(new Forbidden('cross-origin'))
  }
}

function partsOf(req: Request): {
  readonly browser: string
  readonly session: string
  readonly flow: string
} {
  const sent: unknown = req.body?._csrf
  const [browser = '', session = '', flow = ''] = typeof sent === 'string' ? sent.split('.', 3) : []
  return { browser, session, flow }
}

const MAC_BYTES = 16
const purposes = { session: 'web.form-of-session', flow: 'web.form-of-flow' } as const
type Bond = keyof typeof purposes

function sessionOf(req: Request): string | undefined {
  const owner = ownerOf(req)
  return owner && `${req.sessionID} ${owner.id}`
}

/** Forms whose name and password, flow or link decides whom they act for, not the session. */
const actsForNobody = (req: Request) =>
  /^\/(?:sign-in|register|recover|undo|report|appeal)(?:\/|$)/.test(req.path)

/** A changed password begins a new session, so a repeat of this form has the old session. */
const judgesItself = (req: Request) => req.path === '/account/password'

/** The id in the session's cookie, whether or not the session still exists. */
function sentSessionId(req: Request, https: boolean): string | undefined {
  const cookie: unknown = req.cookies?.[ownCookieName(https, 'session')]
  return typeof cookie === 'string' ? /^s:([\w-]+)\./.exec(cookie)?.[1] : undefined
}

const cookieName = (https: boolean) => (https ? '__Host-csrf' : 'csrf')

/** The secret that a browser gets with its first form. It recognises browsers without session. */
export function formSecretOf(req: Request, https: boolean): string | undefined {
  const secret: unknown = req.cookies?.[cookieName(https)]
  return typeof secret === 'string' && secret.length >= 20 ? secret : undefined
}

// A token has up to three parts: csurf's token, a digest of the session, a digest of the flow.
/** csurf's faults have the code EBADCSRFTOKEN. */
export function csrfToken(https: boolean, keyring: Keyring): RequestHandler {
  const ofBrowser = csurf({
    cookie: { key: cookieName(https), httpOnly: true, sameSite: 'lax', secure: https, path: '/' },
    value: (req: Request) => partsOf(req).browser,
  })
  const text = (browser: string, whose: string) => `${browser} ${whose}`
  const bind = (bond: Bond, browser: string, whose: string | undefined) =>
    whose === undefined
      ? ''
      : keyring
          .digest(purposes[bond], text(browser, whose))
          .subarray(0, MAC_BYTES)
          .toString('base64url')

  /** Every listed key counts, so that a rotation of keys breaks no open form. */
  function isBound(bond: Bond, browser: string, whose: string, sent: string): boolean {
    const mac = Buffer.from(sent, 'base64url')
    const made = keyring.digests(purposes[bond], text(browser, whose))
    return made.some((digest) => sameSecret(digest.subarray(0, MAC_BYTES), mac))
  }

  // Security: A form acts only for the person in whose session it was made.
  // Without a session the guards of the pages decide.
  function isOfSession(req: Request): boolean {
    const whose = sessionOf(req)
    const { browser, session } = partsOf(req)
    if (whose === undefined) return true
    return session === '' ? actsForNobody(req) : isBound('session', browser, whose, session)
  }

  return (req, res, next) =>
    ofBrowser(req, res, (fault?: unknown) => {
      req.formToken = (flow) => {
        const browser = req.csrfToken()
        const whose = sessionOf(req)
        if (whose === undefined && flow === undefined) return browser
        const bonds = [bind('session', browser, whose), bind('flow', browser, flow)]
        return [browser, ...bonds].join('.').replace(/\.+$/, '')
      }
      req.isBondOf = ({ browser, session, sessionId }, accountId) =>
        isBound('session', browser, `${sessionId} ${accountId}`, session)
      if (isSafe(req.method)) return next(fault)
      req.formBond = () => {
        const { browser, session } = partsOf(req)
        const sessionId = sentSessionId(req, https)
        return session && sessionId ? { browser, session, sessionId } : undefined
      }
      req.isFormOfFlow = (flow) => {
        const { browser, flow: sent } = partsOf(req)
        return sent === '' || isBound('flow', browser, flow, sent)
      }
      if (fault || isOfSession(req)) return next(fault)
      if (!judgesItself(req)) return next(new OtherSession('made in another session'))
      req.isFormOfOther = true
      next()
    })
}
