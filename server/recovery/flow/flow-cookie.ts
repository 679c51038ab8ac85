// The cookie that ties a browser to its recovery: 256 random bits, kept as a hash.
import type { Request, Response } from 'express'
import { hashToken, isToken, newToken } from '#server/core/keys/secrets.ts'
import { formSecretOf } from '#server/kit/web/csrf.ts'
import { isHttps, type WebParts } from '#server/kit/web/parts.ts'

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
export const keepFlow = (parts: Parts, res: Response): Buffer => giveToken(parts, res, newToken())

/**
 * The token of the flow that this browser begins by this link: a second click, which has no answer of the first yet, goes on in the same flow.
 * Security: it takes the link and what this browser alone knows, and a link begins one flow.
 */
export function tokenByLink(parts: Parts, req: Request, link: string): string {
  const secret = formSecretOf(req, isHttps(parts.settings))
  return secret === undefined
    ? newToken()
    : hashToken(`flow ${secret} ${link}`).toString('base64url')
}

export function giveToken(parts: Parts, res: Response, token: string): Buffer {
  // Lax: the link of a reset mail is opened from another site. Without maxAge: it goes with the browser.
  const attributes = {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isHttps(parts.settings),
  } as const
  res.cookie(nameOf(parts), token, attributes)
  return hashToken(token)
}
