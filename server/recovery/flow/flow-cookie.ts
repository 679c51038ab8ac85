// The cookie that ties a browser to its flow: 256 random bits, stored as a hash.
import type { Request, Response } from 'express'
import { hashToken, isToken, newToken } from '#server/core/keys/secrets.ts'
import { formSecretOf } from '#server/kit/web/csrf.ts'
import { isHttps } from '#server/kit/web/parts.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'

type Parts = Pick<RecoveryParts, 'settings'>

const nameOf = (parts: Parts) => (isHttps(parts.settings) ? '__Host-recovery' : 'recovery')

/** Digest of the browser's flow token, or undefined where it has none. */
export function flowTokenHashOf(parts: Parts, req: Request): Buffer | undefined {
  const token = req.cookies?.[nameOf(parts)]
  return isToken(token) ? hashToken(token) : undefined
}

/** Gives the browser this token. @returns its digest, to be stored */
export function setFlowToken(parts: Parts, res: Response, token: string): Buffer {
  res.cookie(nameOf(parts), token, {
    path: '/',
    httpOnly: true,
    // With `strict` the cookie would be missing after somebody opened a link in a webmail.
    sameSite: 'lax',
    secure: isHttps(parts.settings),
  })
  return hashToken(token)
}

// Security: A flow never takes over a token that was planted beforehand.
export const setNewFlowToken = (parts: Parts, res: Response): Buffer =>
  setFlowToken(parts, res, newToken())

/**
 * The token of the flow that this browser begins by this link. A second click gets the same token.
 * It needs a secret of this browser, so another reader of the link does not get into the flow.
 */
export function flowTokenForLink(parts: Parts, req: Request, link: string): string {
  const secret = formSecretOf(req, isHttps(parts.settings))
  return secret === undefined
    ? newToken()
    : hashToken(`flow ${secret} ${link}`).toString('base64url')
}
