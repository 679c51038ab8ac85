import { Router } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { createStaffGuards } from '../staff/staff.ts'
import { showConfirmation, takeConfirmation } from './confirm-page.ts'
import { reporterPage } from './reporter-page.ts'

export function reporterRoutes(parts: DeskPageParts): Router {
  const { requireStaff } = createStaffGuards(parts)
  const see = requireStaff('cases.see')
  return Router()
    .get('/report/confirm/:token', async (req, res) => await showConfirmation(parts, req, res))
    .post('/report/confirm/:token', async (req, res) => await takeConfirmation(parts, req, res))
    .get('/staff/cases/:id/reports/:report/reporter', see, reporterPage(parts))
}
