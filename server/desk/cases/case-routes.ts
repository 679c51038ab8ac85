// One case on one screen, its letters, and the work on it.
import { Router } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { createStaffGuards } from '../staff/staff.ts'
import { caseLetterPage } from './case-letter-page.ts'
import { casePage } from './case-page.ts'
import { caseWorkPage } from './case-work-page.ts'

export function caseRoutes(parts: DeskPageParts): Router {
  const { requireStaff } = createStaffGuards(parts)
  const see = requireStaff('cases.see')
  const work = requireStaff('cases.work', ({ id }) => `/staff/cases/${id}`)
  const page = casePage(parts)
  const letter = caseLetterPage(parts)
  const forms = caseWorkPage(parts, page)
  return Router()
    .get('/staff/cases/:id', see, page.show)
    .get('/staff/cases/:id/reports/:report/source', see, letter.source)
    .get('/staff/cases/:id/reports/:report/attachments/:sha256', see, letter.attachment)
    .post('/staff/cases/:id/note', work, forms.note)
    .post('/staff/cases/:id/close', work, forms.close)
    .post('/staff/cases/:id/attribute', work, forms.attribute)
}
