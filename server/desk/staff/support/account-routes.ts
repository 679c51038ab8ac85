import { Router } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { createStaffGuards } from '../staff.ts'
import { accountPage } from './account-page.ts'
import { accountSearchPage } from './account-search-page.ts'

export function staffAccountRoutes(parts: DeskPageParts): Router {
  const { requireStaff } = createStaffGuards(parts)
  const see = requireStaff('accounts.see')
  const end = requireStaff('accounts.end-sessions', ({ id }) => `/staff/accounts/${id}`)
  const page = accountPage(parts)
  return Router()
    .get('/staff/accounts', see, accountSearchPage(parts))
    .get('/staff/accounts/:id', see, page.show)
    .post('/staff/accounts/:id/end-sessions', end, page.endSessions)
}
