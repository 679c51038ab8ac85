// The lists of cases: the queue with its tabs, and the search.
import { Router } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { createStaffGuards } from '../staff/staff.ts'
import { queuePage } from './queue-page.ts'
import { searchPage } from './search-page.ts'

export function queueRoutes(parts: DeskPageParts): Router {
  const { requireStaff } = createStaffGuards(parts)
  return Router()
    .get('/staff/cases', requireStaff('cases.see'), queuePage(parts).show)
    .get('/staff/search', requireStaff('search.use'), searchPage(parts))
}
