// A cookie for the page that explains a block.
// It shows that the right password was typed in this browser, and signs nobody in.
import type { Request, Response } from 'express'
import type { AccessParts } from '#server/access/parts.ts'
import { msPerMinute } from '#server/core/durations.ts'
import { openSignedToken, signToken } from '#server/core/keys/signed-token.ts'
import { isHttps } from '#server/kit/web/parts.ts'

const purpose = 'web.blocked'
const lifeMinutes = 15

export interface BlockedAccount {
  readonly id: string
  readonly epoch: number
}

type Parts = Pick<AccessParts, 'settings' | 'keyring' | 'clock'>

const nameOf = ({ settings }: Parts) => (isHttps(settings) ? '__Host-blocked' : 'blocked')

// Security: What the owner may learn of a block is shown only after the right password, and not for
// long.
export function keepBlocked(parts: Parts, res: Response, { id, epoch }: BlockedAccount): void {
  const expires = parts.clock.now().getTime() + lifeMinutes * msPerMinute
  res.cookie(nameOf(parts), signToken(parts.keyring, purpose, `${id}.${epoch}.${expires}`), {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isHttps(parts.settings),
    maxAge: lifeMinutes * msPerMinute,
  })
}

/** The account whose right password was typed here, with its epoch at that moment. */
export function blockedOf(parts: Parts, req: Request): BlockedAccount | undefined {
  const [id, epoch, expires] =
    openSignedToken(parts.keyring, purpose, req.cookies?.[nameOf(parts)])?.split('.') ?? []
  return id && Number(expires) > parts.clock.now().getTime()
    ? { id, epoch: Number(epoch) }
    : undefined
}
