import { Router } from 'express'
import { requireFreshPassword } from '#server/accounts/sessions/browser-session.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import type { FormPage } from '#server/kit/web/form-page.ts'
import { createStaffGuards } from '../staff/staff.ts'
import { preservationPage, preservationsPage } from './preservation-page.ts'

const ofCase: FormPage = ({ id }) => `/staff/cases/${id}/preservation`

export function preservationRoutes(parts: DeskPageParts): Router {
  const { requireStaff } = createStaffGuards(parts)
  const see = requireStaff('evidence.preserve')
  const change = requireStaff('evidence.preserve', ofCase)
  const fresh = requireFreshPassword(() => parts.clock.now(), ofCase)
  const pages = preservationPage(parts)
  return Router()
    .get('/staff/preservations', see, preservationsPage(parts))
    .get('/staff/cases/:id/preservation', see, pages.show)
    .post('/staff/cases/:id/preservation', change, pages.preserve)
    .post('/staff/cases/:id/preservation/:preservation/end', change, fresh, pages.end)
}
