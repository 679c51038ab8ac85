// A cookie for the page of a mailbox that is being closed. It shows that the right password was
// typed in this browser.
import type { Request, Response } from 'express'
import type { AccessParts } from '#server/access/parts.ts'
import { msPerMinute } from '#server/core/durations.ts'
import { openSignedToken, signToken } from '#server/core/keys/signed-token.ts'
import { isHttps } from '#server/kit/web/parts.ts'

const purpose = 'web.closing'
const lifeMinutes = 15

export interface ClosingAccount {
  readonly id: string
  readonly epoch: number
}

/** With the moment at which the password was typed. */
export type ShownClosing = ClosingAccount & { readonly typedAt: Date }

type Parts = Pick<AccessParts, 'settings' | 'keyring' | 'clock'>

const nameOf = ({ settings }: Parts) => (isHttps(settings) ? '__Host-closing' : 'closing')

const optionsOf = ({ settings }: Parts) =>
  ({ path: '/', httpOnly: true, sameSite: 'lax', secure: isHttps(settings) }) as const

// Security: The right password of a mailbox that is being closed opens only the page to keep it.
export function keepClosing(
  parts: Parts,
  res: Response,
  { id, epoch }: ClosingAccount,
  typedAt: Date,
): void {
  const value = signToken(parts.keyring, purpose, `${id}.${epoch}.${typedAt.getTime()}`)
  const maxAge = lifeMinutes * msPerMinute
  res.cookie(nameOf(parts), value, { ...optionsOf(parts), maxAge })
}

export function closingOf(parts: Parts, req: Request): ShownClosing | undefined {
  const [id, epoch, typed] =
    openSignedToken(parts.keyring, purpose, req.cookies?.[nameOf(parts)])?.split('.') ?? []
  const typedAt = new Date(Number(typed))
  const age = parts.clock.now().getTime() - typedAt.getTime()
  if (!id || !(age >= 0 && age < lifeMinutes * msPerMinute)) return undefined
  return { id, epoch: Number(epoch), typedAt }
}

export function forgetClosing(parts: Parts, res: Response): void {
  res.clearCookie(nameOf(parts), optionsOf(parts))
}
