import { Router } from 'express'
import { requireFreshPassword } from '#server/accounts/sessions/browser-session.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { createStaffGuards } from '#server/desk/staff/staff.ts'
import type { FormPage } from '#server/kit/web/form-page.ts'
import { approvalList, approvalPage } from './approval-page.ts'

const proposalPage: FormPage = ({ id }) => `/staff/approvals/${id}`

export function approvalRoutes(parts: DeskPageParts): Router {
  const { requireStaff } = createStaffGuards(parts)
  const see = requireStaff('measures.approve')
  const approve = requireStaff('measures.approve', proposalPage)
  const fresh = requireFreshPassword(() => parts.clock.now(), proposalPage)
  const page = approvalPage(parts)
  return Router()
    .get('/staff/approvals', see, approvalList(parts))
    .get('/staff/approvals/:id', see, page.show)
    .post('/staff/approvals/:id/approve', approve, fresh, page.approve)
    .post('/staff/approvals/:id/refuse', approve, fresh, page.refuse)
}
