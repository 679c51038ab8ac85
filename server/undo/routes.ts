import { type Request, type Response, Router } from 'express'
import { giveToken, tokenByLink } from '../recovery/flow-cookie.ts'
import { isFlowOpen } from '../recovery/resume-flow.ts'
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
      const [method = '', what = ''] = undo.change.split('.')
      pages.show(req, res, {
        id: 'undo',
        view: 'undo/undo',
        locals: { change: undo.change, method, what, at: undo.madeAt },
      })
    })
    .post('/undo/:token', async (req, res) => {
      const about = { locale: req.locale, trace: trace(req) }
      const token = tokenByLink(parts, req, req.params.token)
      const acted = await undoChange(parts, req.params.token, about, () => giveToken(parts, res, token))
      if (!acted) {
        // A second click goes on in the flow that the first has begun in this browser.
        if (!(await isFlowOpen(parts, token))) return showDead(req, res)
        giveToken(parts, res, token)
      }
      // The page of the way on: the link is not in its address any more.
      res.redirect(303, '/recover/new-password')
    })
}
