// Shows new recovery codes until the member says that they are kept, and renews them on demand.
import type { RequestHandler } from 'express'
import { sessionDigestOf } from '#server/accounts/sessions/browser-session.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { formDigestOf } from '#server/kit/web/sent-forms.ts'
import type { Door } from '../pass-door.ts'
import { forgetNewCodes } from '../session-store.ts'
import { showStaffPage } from '../staff.ts'
import { callerOf } from './door-page.ts'

export function codesPage(
  parts: DeskPageParts,
  door: Door,
): Record<'show' | 'submit' | 'renew', RequestHandler> {
  return {
    async show(req, res) {
      const codes = await door.newCodes(sessionDigestOf(req))
      if (codes.length === 0) return res.redirect(303, '/staff/me')
      showStaffPage(parts, req, res, {
        id: 'staff-codes',
        view: 'desk/staff/codes',
        locals: { codes },
      })
    },

    async submit(req, res) {
      await forgetNewCodes(parts.db, sessionDigestOf(req))
      res.redirect(303, '/staff')
    },

    async renew(req, res) {
      await door.renewCodes(callerOf(parts, req), formDigestOf(req))
      res.redirect(303, '/staff/door/codes')
    },
  }
}
