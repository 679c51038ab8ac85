// A flash tells after a redirect what the form has just done. A cookie carries it.
import type { Request, Response } from 'express'
import { msPerMinute } from '#server/core/durations.ts'
import { cookieName } from '../web/cookies.ts'

const nameFor = ({ secure }: Request) => cookieName(secure, 'done')

/** @param what names the text `<page>.flash.<what>` */
export function setFlash(res: Response, what: string): void {
  const { secure } = res.req
  res.cookie(nameFor(res.req), what, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure,
    maxAge: msPerMinute,
  })
}

/** Security: A flash cookie only chooses among known words. */
export function takeFlash<const Known extends string>(
  req: Request,
  res: Response,
  known: readonly Known[],
): Known | undefined {
  const flash = req.cookies?.[nameFor(req)]
  if (flash === undefined) return undefined
  res.clearCookie(nameFor(req), { path: '/', httpOnly: true, sameSite: 'lax', secure: req.secure })
  return known.find((each) => each === flash)
}
