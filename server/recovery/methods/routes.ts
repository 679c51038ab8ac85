import { Router } from 'express'
import { findProbation } from '#server/accounts/accounts/store.ts'
import { accountOf, requireAccount } from '#server/accounts/sessions/browser-session.ts'
import { takeFlash } from '#server/kit/pages/flash.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { methodCard } from './method-card.ts'
import { warningsOf } from './methods.ts'

export function recoveryMethodRoutes({ pages, db, clock, methods }: RecoveryParts): Router {
  const flashes = methods.list.flatMap((method) => method.flashes)
  return Router().get('/account/recovery', requireAccount(), async (req, res) => {
    const at = clock.now()
    const accountId = accountOf(req).id
    const described = await methods.describe(db, accountId, at)
    const probation = await findProbation(db, accountId, at)
    pages.show(req, res, {
      id: 'recovery-methods',
      view: 'recovery/methods/recovery-methods',
      locals: {
        flash: takeFlash(req, res, flashes),
        cards: described.map((method) => methodCard(method, probation !== undefined)),
        warnings: warningsOf(described),
        probation,
      },
    })
  })
}
