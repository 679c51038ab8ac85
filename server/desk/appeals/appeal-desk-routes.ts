import { Router } from 'express'
import { requireFreshPassword } from '#server/accounts/sessions/browser-session.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import type { FormPage } from '#server/kit/web/form-page.ts'
import { createStaffGuards } from '../staff/staff.ts'
import { appealDeskPage } from './appeal-desk-page.ts'

const appealPage: FormPage = ({ id }) => `/staff/appeals/${id}`

export function appealDeskRoutes(parts: DeskPageParts): Router {
  const { requireStaff } = createStaffGuards(parts)
  const see = requireStaff('appeals.see')
  const decide = requireStaff('appeals.decide', appealPage)
  const fresh = requireFreshPassword(() => parts.clock.now(), appealPage)
  const page = appealDeskPage(parts)
  return Router()
    .get('/staff/appeals/:id', see, page.show)
    .post('/staff/appeals/:id/decide', decide, fresh, page.decide)
}
