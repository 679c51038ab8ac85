// The cookie of a known browser.
// Such a browser has sign-in tries of its own, and its sign-in sends no notice.
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

export function deviceDigestOf(parts: Parts, req: Request): Buffer | undefined {
  const token = tokenOf(parts, req)
  return token === undefined ? undefined : hashToken(token)
}

/** Made from the form secret, so that two simultaneous first clicks count as one browser. */
function firstToken(req: Request, https: boolean): string {
  const secret = formSecretOf(req, https)
  return secret === undefined ? newToken() : hashToken(`device ${secret}`).toString('base64url')
}

/** Sets or renews the cookie. @returns the digest to remember */
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
