// Light, dark or as the system has it: set by hand, in a cookie and in the account.
import type { RequestHandler } from 'express'
import { msPerDay } from '#server/core/durations.ts'
import { cookieName } from '../web/cookies.ts'
import { ownerOf } from '../web/session-owner.ts'

export const schemes = ['system', 'light', 'dark'] as const
export type Scheme = (typeof schemes)[number]

export const isScheme = (word: unknown): word is Scheme => schemes.some((scheme) => scheme === word)

declare module 'express-serve-static-core' {
  interface Request {
    /** Absent where a fault came before the cookies were read. */
    scheme?: Scheme
    keepScheme?: (scheme: Scheme) => void
  }
}

const lifeMs = 400 * msPerDay

/** Security: A link to a colour scheme changes the page and the cookie, never the account. */
export function schemeMiddleware(https: boolean): RequestHandler {
  const name = cookieName(https, 'theme')
  return (req, res, next) => {
    req.keepScheme = (scheme) => {
      req.scheme = scheme
      const options = { path: '/', httpOnly: true, sameSite: 'lax', secure: https } as const
      res.cookie(name, scheme, { ...options, maxAge: lifeMs })
    }
    const asked = req.query.theme
    if (isScheme(asked)) req.keepScheme(asked)
    else req.scheme = [req.cookies?.[name], ownerOf(req)?.scheme].find(isScheme) ?? 'system'
    next()
  }
}

const always = '(min-width:0)'
const never = '(max-width:0)'

/** The same sheet as if the system had that scheme. It holds for an operator's rules too. */
export function fixScheme(css: string, scheme: 'light' | 'dark'): string {
  return css
    .replace(/\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)/g, (_, wanted) =>
      wanted === scheme ? always : never,
    )
    .replace(/color-scheme\s*:\s*light dark/g, `color-scheme:${scheme}`)
}
