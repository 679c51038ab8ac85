// The owner who signs in while a new password is held can stop it.
import { Router } from 'express'
import { proofOf, requireAccount } from '#server/accounts/sessions/browser-session.ts'
import { setFlash } from '#server/kit/pages/flash.ts'
import type { RecoveryParts } from '../parts.ts'
import { stopHold } from './hold-reset.ts'

export function holdRoutes(parts: RecoveryParts): Router {
  return Router().post(
    '/account/waiting-password/stop',
    requireAccount('/account'),
    async (req, res) => {
      await stopHold(parts, { ...proofOf(req), client: parts.client(req) })
      setFlash(res, 'waiting-password-stopped')
      res.redirect(303, '/account')
    },
  )
}
