// Answers a form that was made in another session: nothing is done, and typed texts are shown.
import type { Request, Response } from 'express'
import type { PageOf } from '../../web/form-page.ts'
import type { Pages } from '../pages.ts'
import { typedIn } from './typed-fields.ts'
import { waysOnFrom } from './ways-on.ts'

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
      ways: waysOnFrom(req),
    },
  })
}
