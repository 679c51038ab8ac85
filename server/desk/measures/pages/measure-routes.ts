// One page shows the consequences of a measure and takes it, another page lifts it.
import { Router } from 'express'
import { requireFreshPassword } from '#server/accounts/sessions/browser-session.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { createStaffGuards } from '#server/desk/staff/staff.ts'
import { imposePage } from './impose-page.ts'
import { liftPage } from './lift-page.ts'

export function measureRoutes(parts: DeskPageParts): Router {
  const { requireStaff } = createStaffGuards(parts)
  const now = () => parts.clock.now()
  const mayImpose = requireStaff('measures.impose')
  const mayLift = requireStaff('measures.lift')
  const toImpose = requireStaff('measures.impose', '/staff/cases')
  const toLift = requireStaff('measures.lift', '/staff/cases')
  const fresh = requireFreshPassword(now)
  const freshCases = requireFreshPassword(now, '/staff/cases')
  const impose = imposePage(parts)
  const lift = liftPage(parts)
  return Router()
    .get('/staff/cases/:id/measure', mayImpose, fresh, impose.show)
    .post('/staff/cases/:id/measure', toImpose, freshCases, impose.submit)
    .get('/staff/measures/:id/lift', mayLift, fresh, lift.show)
    .post('/staff/measures/:id/lift', toLift, freshCases, lift.submit)
}
