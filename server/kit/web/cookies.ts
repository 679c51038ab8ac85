import cookieParser from 'cookie-parser'
import type { RequestHandler } from 'express'
import { inOrder } from './dispatch.ts'

/** Security: A cookie that is no text is no cookie. cookie-parser reads `j:{}` as JSON. */
const textAlone: RequestHandler = (req, _res, next) => {
  const cookies: Record<string, unknown> = req.cookies
  for (const name in cookies) if (typeof cookies[name] !== 'string') delete cookies[name]
  next()
}

export const readCookies = (): RequestHandler => inOrder([cookieParser(), textAlone])

// Security: Over https every cookie of ours has the prefix that binds it to the host.
// (RFC 6265bis, 4.1.3.2: such a cookie needs `Secure`, `Path=/` and no `Domain`.)
export const cookieName = (https: boolean, name: string): string =>
  https ? `__Host-${name}` : name
