// What members of staff see and set about themselves: roles, recovery codes left, shortcuts.
import type { RequestHandler } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { setFlash, takeFlash } from '#server/kit/pages/flash.ts'
import { readFields } from '#server/kit/pages/forms.ts'
import { setShortcutsOff } from './factor-store.ts'
import { countRecoveryCodes } from './recovery-code-store.ts'
import { showStaffPage, staffOf } from './staff.ts'

const fewCodes = 4

export function memberPage(parts: DeskPageParts): Record<'show' | 'setShortcuts', RequestHandler> {
  const { db, clock } = parts
  return {
    async show(req, res) {
      const { id, roles } = staffOf(req)
      const codesLeft = await countRecoveryCodes(db, id)
      showStaffPage(parts, req, res, {
        id: 'staff-me',
        view: 'desk/staff/me',
        locals: {
          roles,
          codesLeft,
          warnsOfCodes: codesLeft < fewCodes,
          flash: takeFlash(req, res, ['shortcuts-on', 'shortcuts-off']),
        },
      })
    },

    async setShortcuts(req, res) {
      const off = readFields(req, ['shortcuts']).shortcuts === 'off'
      await setShortcutsOff(db, staffOf(req).id, off ? clock.now() : null)
      setFlash(res, off ? 'shortcuts-off' : 'shortcuts-on')
      res.redirect(303, '/staff/me')
    },
  }
}
