import { Router } from 'express'
import type { WebParts } from '#server/kit/web/parts.ts'
import { createStaffGuards } from '../staff/staff.ts'
import { figuresPage } from './figures-page.ts'

export function figuresRoutes(parts: WebParts): Router {
  const { requireStaff } = createStaffGuards(parts)
  return Router().get('/staff/figures', requireStaff('figures.see'), figuresPage(parts))
}
