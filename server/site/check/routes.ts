import { type Request, type Response, Router } from 'express'
import {
  accountOf,
  proofOf,
  requireAccount,
  requireFreshPassword,
} from '#server/accounts/sessions/browser-session.ts'
import { maskEmailAddress } from '#server/core/identifiers/email-address.ts'
import { setFlash, takeFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import { readOverview } from '#server/kit/pages/owner/join-overview.ts'
import { showDeadLink } from '#server/recovery/dead-links/dead-link-page.ts'
import type { SiteParts } from '../parts.ts'
import { confirmByLink, inspectLink } from './confirm-contact.ts'
import { checkPath, readCheck } from './read-check.ts'
import { stateContact } from './state-contact.ts'

export function checkRoutes(parts: SiteParts): Router {
  const { pages, clock, client, overviews } = parts
  const fresh = requireFreshPassword(clock.now)

  async function show(req: Request, res: Response, errors: readonly FormError[] = []) {
    const accountId = accountOf(req).id
    const { items, next } = await readCheck(parts, accountId)
    const { status } = await readOverview(overviews(), accountId)
    const flash = takeFlash(req, res, ['still-yours'])
    const locals = { items, next, status, flash }
    pages.show(req, res, { id: 'check', view: 'site/check/check', errors, locals })
  }

  async function showLink(req: Request<{ token: string }>, res: Response): Promise<void> {
    const link = await inspectLink(parts, req.params.token)
    const page = 'check-link'
    switch (link.kind) {
      case 'open': {
        const { mailbox, contact } = link
        const locals = { mailbox, masked: maskEmailAddress(contact.value) }
        return pages.show(req, res, { id: 'check-link', view: 'site/check/link', locals })
      }
      case 'used': {
        const title = pages.textsFor(req)('check-link.confirmed.title')
        const locals = { confirmedAt: link.at, title }
        return pages.show(req, res, { id: 'check-link', view: 'site/check/confirmed', locals })
      }
      case 'unknown':
        return showDeadLink(pages, req, res, { page, text: 'unknown', door: 'sign-in' })
      case 'changed':
        return showDeadLink(pages, req, res, { page, text: 'check.changed', door: 'sign-in' })
      default: {
        const text = `check.${link.kind}` as const
        return showDeadLink(pages, req, res, { page, text, at: link.at, door: 'sign-in' })
      }
    }
  }

  return Router()
    .get(checkPath, requireAccount(), (req, res) => show(req, res))
    .post(checkPath, requireAccount(), fresh, async (req, res) => {
      const { contact } = readFields(req, ['contact'])
      const asking = { ...proofOf(req), client: client(req) }
      if ((await stateContact(parts, asking, contact)) === 'no-contact')
        return await show(req, res, [{ field: 'contact', reason: 'gone', at: 'main' }])
      setFlash(res, 'still-yours')
      res.redirect(303, checkPath)
    })
    .get('/check/:token', showLink)
    .post('/check/:token', async (req, res) => {
      await confirmByLink(parts, req.params.token, client(req))
      res.redirect(303, `/check/${req.params.token}`)
    })
}
