import { type Request, type Response, Router } from 'express'
import { assertNever } from '../core/assert-never.ts'
import { keepFlow } from '../recovery/flow-cookie.ts'
import type { WebParts } from '../web/parts.ts'
import { describeUndo, undoChange } from './undo-change.ts'

export function undoRoutes(parts: WebParts): Router {
  const { pages, trace } = parts

  const showDead = (req: Request, res: Response) =>
    pages.show(req, res, { id: 'undo', view: 'undo/dead', errors: [{ field: 'link', reason: 'dead', at: 'main' }] })

  return Router()
    .get('/undo/:token', async (req, res) => {
      const described = await describeUndo(parts, req.params.token)
      if (!described) return showDead(req, res)
      const { undo, power, address } = described
      const [method = '', what = ''] = undo.change.split('.')
      const since = power === 'restore' && undo.reachesBackTo < undo.madeAt ? undo.reachesBackTo : null
      pages.show(req, res, {
        id: 'undo',
        view: 'undo/undo',
        locals: { address, method, what, at: undo.madeAt, since, power },
      })
    })
    .post('/undo/:token', async (req, res) => {
      const about = { locale: req.locale, trace: trace(req) }
      const used = await undoChange(parts, req.params.token, about, () => keepFlow(parts, res))
      // Pages of the way on: the link is not in their address any more.
      switch (used.kind) {
        case 'dead':
          return showDead(req, res)
        case 'new-password':
          return res.redirect(303, '/recover/new-password')
        case 'sessions-ended':
          return res.redirect(303, '/recover')
        default:
          return assertNever(used.kind)
      }
    })
}
