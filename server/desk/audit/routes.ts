import { Router } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { createStaffGuards } from '../staff/staff.ts'
import { auditExportPage } from './audit-export-page.ts'
import { auditPage } from './audit-page.ts'

export function auditRoutes(parts: DeskPageParts): Router {
  const { requireStaff } = createStaffGuards(parts)
  const files = ['/staff/audit/export.jsonl', '/staff/audit/export.csv']
  return Router()
    .get('/staff/audit', requireStaff('audit.see'), auditPage(parts))
    .get(files, requireStaff('audit.export'), auditExportPage(parts))
}
