import { type Request, type Response, Router } from 'express'
import { findAccount } from '../accounts/store.ts'
import { keepFlow } from '../recovery/flow-cookie.ts'
import type { WebParts } from '../web/parts.ts'
import { describeUndo, undoChange } from './undo-change.ts'

export function undoRoutes(parts: WebParts): Router {
  const { pages, trace } = parts

  const showDead = (req: Request, res: Response) =>
    pages.show(req, res, { id: 'undo', view: 'undo/dead', errors: [{ field: 'link', reason: 'dead', at: 'main' }] })

  return Router()
    .get('/undo/:token', async (req, res) => {
      const undo = await describeUndo(parts, req.params.token)
      if (!undo) return showDead(req, res)
      const mailbox = (await findAccount(parts.db, undo.accountId))?.address ?? ''
      const [method = '', what = ''] = undo.change.split('.')
      pages.show(req, res, {
        id: 'undo',
        view: 'undo/undo',
        locals: { mailbox, change: undo.change, method, what, at: undo.madeAt },
      })
    })
    .post('/undo/:token', async (req, res) => {
      const about = { locale: req.locale, trace: trace(req) }
      const acted = await undoChange(parts, req.params.token, about, () => keepFlow(parts, res))
      if (!acted) return showDead(req, res)
      // The page of the way on: the link is not in its address any more.
      res.redirect(303, '/recover/new-password')
    })
}
