import { Router } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { createStaffGuards, showStaffPage } from '../staff/staff.ts'

export function deskHelpRoutes(parts: DeskPageParts): Router {
  const { requireStaff } = createStaffGuards(parts)
  return Router().get('/staff/help', requireStaff(), (req, res) =>
    showStaffPage(parts, req, res, { id: 'staff-help', view: 'desk/help/help' }),
  )
}
