// How the browser's cookies are read, and how ours are named.
import cookieParser from 'cookie-parser'
import type { RequestHandler } from 'express'
import { inOrder } from './dispatch.ts'

/**
 * Security: a cookie is text. What cookie-parser reads as JSON (`j:{}`) is none of ours, and no
 * cookie at all.
 */
const textAlone: RequestHandler = (req, _res, next) => {
  const cookies: Record<string, unknown> = req.cookies
  for (const name in cookies) if (typeof cookies[name] !== 'string') delete cookies[name]
  next()
}

export const readCookies = (): RequestHandler => inOrder([cookieParser(), textAlone])

/**
 * Security: over https no other host, path or plain connection can set a cookie of ours (RFC
 * 6265bis, 4.1.3.2). The prefix
 * demands `Secure`, `Path=/` and no `Domain`.
 */
export const cookieName = (https: boolean, name: string): string =>
  https ? `__Host-${name}` : name
