import type { RequestHandler } from 'express'
import { findAccount } from '#server/accounts/accounts/store.ts'
import { startSession } from '#server/accounts/sessions/browser-session.ts'
import { setFlash } from '#server/kit/pages/flash.ts'
import { formDigestOf } from '#server/kit/web/sent-forms.ts'
import { findSentForm } from '#server/kit/web/sent-forms-store.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import type { AccessParts } from '../parts.ts'
import { closedPath } from './close-page.ts'
import { closingOf, forgetClosing } from './closing-cookie.ts'
import { keepByOwner } from './keep-mailbox.ts'

export const showClosed =
  (parts: AccessParts): RequestHandler =>
  async (req, res) => {
    const shown = closingOf(parts, req)
    const account = shown && (await findAccount(parts.db, shown.id))
    if (account?.closedAt)
      return parts.pages.show(req, res, {
        id: 'closed',
        view: 'access/closing/closed',
        locals: { address: account.address, until: undefined },
      })
    // Security: A password given in an earlier epoch shows nothing of a closing.
    if (!account?.closesAt || account.epoch !== shown?.epoch || account.blockedAt)
      return res.redirect(303, ownerOf(req) ? '/account' : '/sign-in')
    parts.pages.show(req, res, {
      id: 'closed',
      view: 'access/closing/closed',
      locals: { address: account.address, until: account.closesAt },
    })
  }

export const submitKeep =
  (parts: AccessParts): RequestHandler =>
  async (req, res) => {
    const shown = closingOf(parts, req)
    // A second click: the first one has signed the browser in.
    if (!shown) return res.redirect(303, ownerOf(req) ? '/account' : '/sign-in')
    const { id: accountId, epoch, typedAt } = shown
    const client = parts.client(req)
    const form = formDigestOf(req, { owner: accountId })
    const kept = await keepByOwner(parts, { accountId, epoch, client }, form)
    if (kept.kind === 'stale') {
      const isAgain = await findSentForm(parts.db, form, parts.clock.now())
      return res.redirect(303, isAgain ? '/account' : closedPath)
    }
    // The password is no fresher than when it was typed.
    await startSession(req, { accountId, epoch: kept.epoch }, client, typedAt)
    forgetClosing(parts, res)
    setFlash(res, 'kept')
    res.redirect(303, '/account')
  }
