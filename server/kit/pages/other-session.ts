// Answers a form that was made in another session: nothing is done, and typed texts are shown.
import type { Request, Response } from 'express'
import type { PageOf } from '../web/form-page.ts'
import type { Pages } from './pages.ts'

/** Fields that people write themselves and that hold no secret. */
const written = ['login', 'address', 'phone', 'name', 'sender', 'reporter', 'note', 'appeal']

function typedIn(req: Request): string[] {
  const body = (req.body ?? {}) as Record<string, unknown>
  const values = written.map((name) => (Object.hasOwn(body, name) ? body[name] : ''))
  return values.filter((value): value is string => typeof value === 'string' && value.trim() !== '')
}

export function showOtherSession(
  { pages, pageOf }: { readonly pages: Pages; readonly pageOf: PageOf },
  req: Request,
  res: Response,
): void {
  pages.show(req, res, {
    id: 'forbidden',
    view: 'errors/other-session',
    status: 403,
    errors: [{ field: 'form', reason: 'other-session', at: 'main' }],
    locals: {
      title: pages.textsFor(req)('forbidden.other.title'),
      href: pageOf(req),
      typed: typedIn(req),
    },
  })
}
