import { Router } from 'express'
import { requireAccount, requireFreshPassword } from '#server/accounts/sessions/browser-session.ts'
import { formOf } from '#server/kit/web/form-page.ts'
import type { AccessParts } from '../parts.ts'
import { answerSentAgain, closedPath, showClose, submitClose } from './close-page.ts'
import { showClosed, submitKeep } from './closed-page.ts'

export function closingRoutes(parts: AccessParts): Router {
  const fresh = requireFreshPassword(parts.clock.now)
  return Router()
    .get('/account/close', requireAccount(), fresh, showClose(parts))
    .post('/account/close', answerSentAgain(parts), requireAccount(), fresh, submitClose(parts))
    .get(closedPath, showClosed(parts))
    .post('/sign-in/keep', formOf(closedPath), submitKeep(parts))
}
