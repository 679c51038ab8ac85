// Carries "what was just done" over the redirect after a form, so that the next page can say it once.
import type { Request, Response } from 'express'

const name = 'done'

/** @param what a name of the texts, `<page>.done.<what>` */
export function tellDone(res: Response, what: string): void {
  res.cookie(name, what, { path: '/', httpOnly: true, sameSite: 'lax', maxAge: 60_000 })
}

/** What was told, where this page has a word for it. Security: the cookie only chooses among `known`. */
export function takeDone<const Known extends string>(
  req: Request,
  res: Response,
  known: readonly Known[],
): Known | undefined {
  const told = req.cookies?.[name]
  if (told === undefined) return undefined
  res.clearCookie(name, { path: '/' })
  return known.find((each) => each === told)
}
