import { type Request, type Response, Router } from 'express'
import { assertNever } from '#server/core/assert-never.ts'
import { maskEmailAddress } from '#server/core/identifiers/email-address.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { formDigestOf } from '#server/kit/web/sent-forms.ts'
import { findSentForm, takeForm } from '#server/kit/web/sent-forms-store.ts'
import { giveToken, tokenByLink } from '../flow/flow-cookie.ts'
import { isFlowOpen } from '../flow/resume-flow.ts'
import { describeUndo, findMailboxOfLink, undoChange } from './undo-change.ts'

export function undoRoutes(parts: WebParts): Router {
  const { pages, db, clock, client } = parts

  async function showDead(req: Request, res: Response, link: string): Promise<void> {
    const mailbox = await findMailboxOfLink(parts, link)
    const errors = [{ field: 'link', reason: 'dead', at: 'main' } as const]
    const locals = mailbox === undefined ? {} : { masked: maskEmailAddress(mailbox) }
    pages.show(req, res, { id: 'undo', view: 'recovery/undo/dead', errors, locals })
  }

  /** A second click gets the answer of the first: the flow that it has begun in this browser, or the way to recovery. */
  async function answerAgain(
    req: Request<{ token: string }>,
    res: Response,
    token: string,
    form: Buffer,
  ): Promise<void> {
    if (await isFlowOpen(parts, token)) {
      giveToken(parts, res, token)
      return res.redirect(303, '/recover/new-password')
    }
    if (await findSentForm(db, form, clock.now())) return res.redirect(303, '/recover')
    await showDead(req, res, req.params.token)
  }

  return Router()
    .get('/undo/:token', async (req, res) => {
      const described = await describeUndo(parts, req.params.token)
      if (!described) return await showDead(req, res, req.params.token)
      const { undo, power, address } = described
      const [method = '', what = ''] = undo.change.split('.')
      const since =
        power === 'restore' && undo.reachesBackTo < undo.madeAt ? undo.reachesBackTo : null
      pages.show(req, res, {
        id: 'undo',
        view: 'recovery/undo/undo',
        locals: { mailbox: address, method, what, at: undo.madeAt, since, power },
      })
    })
    .post('/undo/:token', async (req, res) => {
      const about = { locale: req.locale, client: client(req) }
      const token = tokenByLink(parts, req, req.params.token)
      const form = formDigestOf(req)
      const used = await undoChange(parts, req.params.token, about, () =>
        giveToken(parts, res, token),
      )
      // Pages of the way on: the link is not in their address any more.
      switch (used.kind) {
        case 'dead':
          return await answerAgain(req, res, token, form)
        case 'new-password':
          return res.redirect(303, '/recover/new-password')
        case 'sessions-ended':
          await db.transaction((trx) => takeForm(trx, form, clock.now()))
          return res.redirect(303, '/recover')
        default:
          return assertNever(used.kind)
      }
    })
}
