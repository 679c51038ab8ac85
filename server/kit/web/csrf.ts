// Forms are taken from our own pages only: by where the browser says it comes from, and by a token.

import csurfPackage from 'csurf'
import type { Request, RequestHandler } from 'express'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { sameSecret } from '#server/core/keys/secrets.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import { Forbidden, OtherSession } from '../pages/faults.ts'

declare module 'express-serve-static-core' {
  interface Request {
    /** The token for the forms of a page. @param flow id of the recovery that the page is a step of */
    formToken?: (flow?: string) => string
    /** Whether the form that was sent is one of this flow. One that names no flow was made on a page of none. */
    isFormOfFlow?: (flow: string) => boolean
    /** True where the form was made in another session. Set only where the page itself judges that. */
    isFormOfOther?: true
  }
}

// Its types describe the CommonJS form, its ES module exports the function itself.
const csurf = csurfPackage as unknown as (options: object) => RequestHandler

const isSafe = (method: string) => method === 'GET' || method === 'HEAD' || method === 'OPTIONS'

/**
 * Security: a form sent by another site is refused before it is read.
 * Sec-Fetch-Site decides where the browser sends it; else Origin, which is `null` from pages with `Referrer-Policy: no-referrer`
 * (Fetch, "append a request Origin header"); a browser that sends neither is left to the token.
 * @param ownOrigin origin of BASE_URL
 * @param trustHost development: the portal may be looked at by other names of this machine
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

/** What a form of ours sent in `_csrf`: the browser's part, and whose session and which flow it was made in. */
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
/** Security: what binds a form to its session binds no form to a flow. */
const purposes = { session: 'web.form-of-session', flow: 'web.form-of-flow' } as const
type Bond = keyof typeof purposes

/** Whose the session is stands in it too. */
function sessionOf(req: Request): string | undefined {
  const owner = ownerOf(req)
  return owner && `${req.sessionID} ${owner.id}`
}

/**
 * What acts for nobody who is signed in: for the name and password that were typed, for a flow, or for the link in its own address.
 * Such a form may have been opened before somebody signed in.
 */
const actsForNobody = (req: Request) =>
  /^\/(?:sign-in|register|recover|undo|report|appeal)(?:\/|$)/.test(req.path)

/**
 * The session ends with what this form does, and another begins. Its page tells a second sending from a form of somebody else.
 */
const judgesItself = (req: Request) => req.path === '/account/password'

const cookieName = (https: boolean) => (https ? '__Host-csrf' : 'csrf')

/**
 * What this browser was given with its first form and sends back with each, before it is known by anything else. Undefined where it sends none.
 * Security: no script sees it, and what is derived from it is worth what it is worth.
 */
export function formSecretOf(req: Request, https: boolean): string | undefined {
  const secret: unknown = req.cookies?.[cookieName(https)]
  return typeof secret === 'string' && secret.length >= 20 ? secret : undefined
}

/**
 * The token of every form. Its first part is bound to a cookie of this browser; faults carry the code EBADCSRFTOKEN. Where somebody
 * is signed in a keyed digest of the session follows, and on the pages of a recovery one of its flow.
 * A page without either has the first part alone: it costs nothing more.
 */
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

  /** Under every listed key: a form that was open while keys were changed still counts. */
  function isBound(bond: Bond, browser: string, whose: string, sent: string): boolean {
    const mac = Buffer.from(sent, 'base64url')
    const made = keyring.digests(purposes[bond], text(browser, whose))
    return made.some((digest) => sameSecret(digest.subarray(0, MAC_BYTES), mac))
  }

  /** Security: a form acts for whom it was made. Without a session there is nobody to act for: the guards of the pages decide. */
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
      if (isSafe(req.method)) return next(fault)
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
