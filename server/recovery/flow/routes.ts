import { Router } from 'express'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { createFlowSteps } from './flow-steps.ts'
import { addMethodPages } from './method-routes.ts'
import { addStartPages } from './start-routes.ts'
import { createStepPages } from './step-pages.ts'

export function recoveryRoutes(parts: RecoveryParts): Router {
  const stepPages = createStepPages(parts)
  const steps = createFlowSteps(parts, stepPages)
  const perNetwork = parts.limits.limit('recovery', {
    points: parts.settings.limitRecoveriesPerIpHour,
    seconds: 3600,
  })
  // One flat router: the dispatch by first segment does not look into nested ones.
  const router = Router()
  addStartPages(router, { parts, steps, stepPages, perNetwork })
  for (const method of parts.recoveryMethods)
    addMethodPages(router, { parts, steps, stepPages, perNetwork, method })
  return router
}
