// The staff door with its enrolment and recovery codes, and the pages that every member has.
import { Router } from 'express'
import { requireFreshPassword } from '#server/accounts/sessions/browser-session.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { memberPage } from '../member-page.ts'
import { createDoor } from '../pass-door.ts'
import { createStaffGuards, staffOf } from '../staff.ts'
import { codesPage } from './codes-page.ts'
import { doorPage } from './door-page.ts'
import { enrolPage } from './enrol-page.ts'

export function staffDoorRoutes(parts: DeskPageParts): Router {
  const { requireRole, requireStaff } = createStaffGuards(parts)
  const inside = requireStaff()
  const fresh = (page: string) => requireFreshPassword(() => parts.clock.now(), page)
  const freshEnrol = fresh('/staff/door/enrol')
  const keep = requireStaff(undefined, '/staff/door/codes')
  const change = requireStaff(undefined, '/staff/me')

  const staffDoor = createDoor(parts)
  const enrol = enrolPage(parts, staffDoor)
  const door = doorPage(parts, staffDoor)
  const codes = codesPage(parts, staffDoor)
  const member = memberPage(parts)

  return Router()
    .get('/staff', inside, (req, res) => {
      const { rights } = staffOf(req)
      const { staff } = parts.menus.shownTo({ isSignedIn: true, rights })
      res.redirect(303, staff[0]?.href ?? '/staff/me')
    })
    .get('/staff/door/enrol', requireRole, freshEnrol, enrol.show)
    .post('/staff/door/enrol', requireRole, freshEnrol, enrol.submit)
    .get('/staff/door', requireRole, door.show)
    .post('/staff/door', requireRole, door.submit)
    .get('/staff/door/codes', inside, codes.show)
    .post('/staff/door/codes', keep, codes.submit)
    .post('/staff/door/codes/renew', change, fresh('/staff/me'), codes.renew)
    .get('/staff/me', inside, member.show)
    .post('/staff/me/shortcuts', change, member.setShortcuts)
}
