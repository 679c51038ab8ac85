import { Router } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { createStaffGuards } from '../staff/staff.ts'
import { figuresPage } from './figures-page.ts'

export function figuresRoutes(parts: DeskPageParts): Router {
  const { requireStaff } = createStaffGuards(parts)
  return Router().get('/staff/figures', requireStaff('figures.see'), figuresPage(parts))
}
