// A cookie by which a browser that signed in before is known again: it keeps a budget of tries of its own, and is no news to the owner.
import type { Request, Response } from 'express'
import type { AccountsParts } from '#server/accounts/parts.ts'
import { msPerDay } from '#server/core/durations.ts'
import { hashToken, isToken, newToken } from '#server/core/keys/secrets.ts'
import { formSecretOf } from '#server/kit/web/csrf.ts'
import { isHttps } from '#server/kit/web/parts.ts'

const nameOf = (https: boolean) => (https ? '__Host-device' : 'device')
const lifeDays = 400

type Parts = Pick<AccountsParts, 'settings'>

function tokenOf({ settings }: Parts, req: Request): string | undefined {
  const token = req.cookies?.[nameOf(isHttps(settings))]
  return isToken(token) ? token : undefined
}

/** Digest of the browser's own token, where it has one. */
export function deviceDigestOf(parts: Parts, req: Request): Buffer | undefined {
  const token = tokenOf(parts, req)
  return token === undefined ? undefined : hashToken(token)
}

/**
 * The browser's first token comes from what it sends with all its forms: two clicks at once, of which neither has an answer yet, are one
 * browser and not two.
 */
function firstToken(req: Request, https: boolean): string {
  const secret = formSecretOf(req, https)
  return secret === undefined ? newToken() : hashToken(`device ${secret}`).toString('base64url')
}

/** Gives the browser its cookie, anew so that it lives on, and returns the digest to remember. */
export function keepDevice(parts: Parts, req: Request, res: Response): Buffer {
  const https = isHttps(parts.settings)
  const token = tokenOf(parts, req) ?? firstToken(req, https)
  res.cookie(nameOf(https), token, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: https,
    maxAge: lifeDays * msPerDay,
  })
  return hashToken(token)
}
