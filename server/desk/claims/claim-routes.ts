import { Router } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { createStaffGuards } from '../staff/staff.ts'
import { claimPage } from './claim-page.ts'

export function claimRoutes(parts: DeskPageParts): Router {
  const { requireStaff } = createStaffGuards(parts)
  const page = ({ id }: { id?: string }) => `/staff/cases/${id}`
  const work = requireStaff('cases.work', page)
  const forms = claimPage(parts)
  return Router()
    .post('/staff/cases/:id/claim', work, forms.claim)
    .post('/staff/cases/:id/release', work, forms.release)
    .post('/staff/cases/:id/take-over', requireStaff('cases.take-over', page), forms.takeOver)
}
