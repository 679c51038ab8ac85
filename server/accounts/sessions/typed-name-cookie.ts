// The mailbox that was typed last, so that it need not be typed on the next page.
// A cookie carries it: addresses of pages are logged, by proxies too.
import type { Request, Response } from 'express'
import type { AccountsParts } from '#server/accounts/parts.ts'
import { msPerMinute } from '#server/core/durations.ts'
import { writeAddress } from '#server/core/identifiers/mail-domain.ts'
import { SealError } from '#server/core/keys/keyring.ts'
import { cookieName } from '#server/kit/web/cookies.ts'
import { isHttps } from '#server/kit/web/parts.ts'

const purpose = 'web.typed-name'
const lifeMinutes = 30
/** No address is longer (RFC 5321). */
const longest = 254

type Parts = Pick<AccountsParts, 'settings' | 'keyring'>

const nameOf = ({ settings }: Parts) => cookieName(isHttps(settings), 'typed')
const optionsOf = ({ settings }: Parts) =>
  ({ path: '/', httpOnly: true, sameSite: 'lax', secure: isHttps(settings) }) as const

// Security: Every typed name leaves the same cookie, whether or not a mailbox has it.
export function keepTypedName(parts: Parts, res: Response, typed: string): void {
  const written = writeAddress(typed.trim(), parts.settings.mailDomains)
  const name = written.slice(0, longest).toWellFormed()
  // A fixed length, so that the cookie does not tell how long the name is.
  const sealed = parts.keyring.seal(purpose, name.padEnd(longest))
  res.cookie(nameOf(parts), sealed, { ...optionsOf(parts), maxAge: lifeMinutes * msPerMinute })
}

/** Empty where nothing was typed lately. */
export function typedNameOf(parts: Parts, req: Request): string {
  const sealed: unknown = req.cookies?.[nameOf(parts)]
  if (typeof sealed !== 'string') return ''
  try {
    return parts.keyring.open(purpose, sealed).trimEnd()
  } catch (fault) {
    if (fault instanceof SealError) return ''
    throw fault
  }
}

/** Once somebody has signed in, the next person at this browser sees no name. */
export function forgetTypedName(parts: Parts, req: Request, res: Response): void {
  if (req.cookies?.[nameOf(parts)] !== undefined) res.clearCookie(nameOf(parts), optionsOf(parts))
}
