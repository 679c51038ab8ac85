import { Router } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { createStaffGuards } from '../staff/staff.ts'
import { campaignPage } from './campaign-page.ts'

export function campaignRoutes(parts: DeskPageParts): Router {
  const { requireStaff } = createStaffGuards(parts)
  const see = requireStaff('cases.see')
  return Router().get('/staff/campaigns', see, campaignPage(parts))
}
