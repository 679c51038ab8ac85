// Forms are taken from our own pages only: by where the browser says it comes from, and by a token.
import csurfPackage from 'csurf'
import type { Request, RequestHandler } from 'express'
import { Forbidden } from './faults.ts'

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
      return next(site === 'same-origin' || site === 'none' ? undefined : new Forbidden('cross-site'))
    const origin = req.get('origin')
    if (origin === undefined || origin === 'null' || origin === ownOrigin) return next()
    if (trustHost && origin === `${req.protocol}://${req.get('host')}`) return next()
    next(new Forbidden('cross-origin'))
  }
}

const cookieName = (https: boolean) => (https ? '__Host-csrf' : 'csrf')

/**
 * What this browser was given with its first form and sends back with each, before it is known by anything else. Undefined where it sends none.
 * Security: no script sees it, and what is derived from it is worth what it is worth.
 */
export function formSecretOf(req: Request, https: boolean): string | undefined {
  const secret: unknown = req.cookies?.[cookieName(https)]
  return typeof secret === 'string' && secret.length >= 20 ? secret : undefined
}

/** The token of every form, bound to a cookie of this browser. Faults carry the code EBADCSRFTOKEN. */
export function csrfToken(https: boolean): RequestHandler {
  return csurf({
    cookie: { key: cookieName(https), httpOnly: true, sameSite: 'lax', secure: https, path: '/' },
    value: (req: Request) => (typeof req.body?._csrf === 'string' ? req.body._csrf : ''),
  })
}
