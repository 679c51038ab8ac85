import { Router } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { queuePage } from '../queue/queue-page.ts'
import { createStaffGuards } from '../staff/staff.ts'
import { bulkChoicePage } from './bulk-choice-page.ts'
import { bulkPage, freshForMeasures } from './bulk-page.ts'

export function bulkRoutes(parts: DeskPageParts): Router {
  const { requireStaff } = createStaffGuards(parts)
  const here = ({ id }: { readonly id?: string }) => `/staff/bulk/${id}`
  const see = requireStaff('cases.work')
  const choose = requireStaff('cases.work', '/staff/cases')
  const work = requireStaff('cases.work', here)
  const approve = requireStaff('measures.approve', here)
  const fresh = freshForMeasures(parts)
  const page = bulkPage(parts)
  return Router()
    .get('/staff/bulk', see, page.list)
    .post('/staff/bulk', choose, bulkChoicePage(parts, queuePage(parts)))
    .get('/staff/bulk/:id', see, fresh, page.show)
    .post('/staff/bulk/:id/send', work, fresh, page.send)
    .post('/staff/bulk/:id/approve', approve, fresh, page.approve)
    .post('/staff/bulk/:id/refuse', work, page.refuse)
    .post('/staff/bulk/:id/undo', work, page.undo)
}
