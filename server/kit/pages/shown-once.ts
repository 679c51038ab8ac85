// Carries a new secret over a redirect, sealed in a cookie.
import type { Request, Response } from 'express'
import { msPerMinute } from '#server/core/durations.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'

export interface ShownOnce {
  readonly accountId: string
  readonly id: string
  readonly secret: string
}

export interface ShownOnceParts {
  /** Id of the page that shows it. There is one cookie: a newer secret wins. */
  readonly page: string
  readonly keyring: Keyring
  readonly https: boolean
  readonly now: () => Date
  readonly minutes: number
}

const purpose = 'web.shown-once'
const nameOf = (https: boolean) => (https ? '__Host-shown-once' : 'shown-once')

export function handOver(
  { page, keyring, https, now, minutes }: ShownOnceParts,
  res: Response,
  what: ShownOnce,
): void {
  const lifetimeMs = minutes * msPerMinute
  const sealed = keyring.seal(
    purpose,
    JSON.stringify({ ...what, page, until: now().getTime() + lifetimeMs }),
  )
  res.cookie(nameOf(https), sealed, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: https,
    maxAge: lifetimeMs,
  })
}

export function takeOver(
  { page, keyring, https, now }: ShownOnceParts,
  req: Request,
  accountId: string,
): ShownOnce | undefined {
  const sealed: unknown = req.cookies?.[nameOf(https)]
  if (typeof sealed !== 'string') return undefined
  try {
    const { until, ...what } = JSON.parse(keyring.open(purpose, sealed)) as ShownOnce & {
      until: number
      page?: string
    }
    const isMine = what.accountId === accountId && what.page === page
    return isMine && until > now().getTime() ? what : undefined
  } catch {
    return undefined
  }
}

export function letGo({ https }: ShownOnceParts, res: Response): void {
  res.clearCookie(nameOf(https), { path: '/', secure: https, httpOnly: true, sameSite: 'strict' })
}
