// The cookie that ties a browser to its recovery: 256 random bits, kept as a hash.
import type { Request, Response } from 'express'
import { hashToken, isToken, newToken } from '../core/secrets.ts'
import { isHttps, type WebParts } from '../web/parts.ts'

type Parts = Pick<WebParts, 'settings'>

const nameOf = (parts: Parts) => (isHttps(parts.settings) ? '__Host-recovery' : 'recovery')

/** Digest of the browser's flow token, or undefined where it has none. */
export function flowTokenHashOf(parts: Parts, req: Request): Buffer | undefined {
  const token = req.cookies?.[nameOf(parts)]
  return isToken(token) ? hashToken(token) : undefined
}

/**
 * Gives the browser a new token and returns the digest to keep.
 * Security: a flow never takes over a token that somebody planted beforehand.
 */
export function keepFlow(parts: Parts, res: Response): Buffer {
  const token = newToken()
  // Lax: the link of a reset mail is opened from another site. Without maxAge: it goes with the browser.
  const attributes = { path: '/', httpOnly: true, sameSite: 'lax', secure: isHttps(parts.settings) } as const
  res.cookie(nameOf(parts), token, attributes)
  return hashToken(token)
}
