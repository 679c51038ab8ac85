// The door of the staff pages: enrolment, the second factor, recovery codes, and each one's own corner.
import { type Request, type Response, Router } from 'express'
import { assertNever } from '#server/core/assert-never.ts'
import { askerOf } from '#server/kit/log/security-log.ts'
import { setFlash, takeFlash } from '#server/kit/pages/flash.ts'
import { type FormError, parseNext, readFields } from '#server/kit/pages/forms.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { formDigestOf } from '#server/kit/web/sent-forms.ts'
import { proofOf, requireFreshPassword, sessionDigestOf } from '#server/kit/web/sessions.ts'
import { factorUri } from './factor.ts'
import {
  countRecoveryCodes,
  findStanding,
  forgetNewCodes,
  setShortcutsOff,
} from './factor-store.ts'
import { createDoor, type Passed } from './pass-door.ts'
import { createStaffGuards, menuFor, showStaffPage, staffOf } from './staff.ts'

const codeErrors = (passed: Exclude<Passed, { kind: 'passed' }>): FormError[] => {
  switch (passed.kind) {
    case 'wrong':
      return [{ field: 'code', reason: 'factor-wrong' }]
    case 'used':
      return [{ field: 'code', reason: 'factor-used' }]
    default:
      return assertNever(passed)
  }
}

/** A staff page to go on to; nothing else is behind this door. */
const parseStaffNext = (raw: unknown): string => {
  const next = parseNext(raw)
  return next?.startsWith('/staff') && !next.startsWith('/staff/door') ? next : '/staff'
}

export function staffDoorRoutes(parts: WebParts): Router {
  const { db, clock, settings, pages } = parts
  const { atDoor, requireStaff } = createStaffGuards(parts)
  const door = createDoor(parts)
  const fresh = (page: string) => requireFreshPassword(() => clock.now(), page)
  const callerOf = (req: Request) => ({
    proof: { ...proofOf(req), session: sessionDigestOf(req) },
    client: parts.client(req),
  })

  async function showEnrol(req: Request, res: Response, errors: FormError[] = []) {
    const { address } = staffOf(req)
    const secret = await door.secretToEnrol(proofOf(req))
    if (!secret) return res.redirect(303, '/staff/door')
    const { toString: draw } = await import('qrcode')
    const svg = await draw(factorUri(secret, settings.brandName, address), {
      type: 'svg',
      margin: 2,
    })
    const picture = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
    pages.show(req, res, {
      id: 'staff-enrol',
      view: 'desk/staff/enrol',
      errors,
      locals: { picture, secret: secret.match(/.{1,4}/g)?.join(' ') ?? secret },
    })
  }

  const tellWrong = (req: Request) =>
    parts.log.security({ event: 'code.wrong', ...askerOf(req), what: 'staff-door' })

  const showDoor = (req: Request, res: Response, next: string, errors: FormError[] = []) =>
    pages.show(req, res, { id: 'staff-door', view: 'desk/staff/door', errors, locals: { next } })

  return Router()
    .get('/staff', requireStaff(), (req, res) =>
      res.redirect(303, menuFor(staffOf(req).rights)[0]?.href ?? '/staff/me'),
    )
    .get('/staff/door/enrol', atDoor, fresh('/staff/door/enrol'), (req, res) => showEnrol(req, res))
    .post('/staff/door/enrol', atDoor, fresh('/staff/door/enrol'), async (req, res) => {
      const { code } = readFields(req, ['code'])
      if (code === '') return showEnrol(req, res, [{ field: 'code', reason: 'missing' }])
      const passed = await door.enrol(callerOf(req), code)
      if (passed.kind !== 'passed') {
        tellWrong(req)
        return showEnrol(req, res, codeErrors(passed))
      }
      res.redirect(303, '/staff/door/codes')
    })
    .get('/staff/door', atDoor, async (req, res) => {
      const { enrolled } = await findStanding(db, staffOf(req).id, sessionDigestOf(req))
      if (!enrolled) return res.redirect(303, '/staff/door/enrol')
      showDoor(req, res, parseStaffNext(req.query.next))
    })
    .post('/staff/door', atDoor, async (req, res) => {
      const form = readFields(req, ['code', 'next'])
      const next = parseStaffNext(form.next)
      if (form.code === '') return showDoor(req, res, next, [{ field: 'code', reason: 'missing' }])
      const passed = await door.enter(callerOf(req), form.code)
      if (passed.kind !== 'passed') {
        tellWrong(req)
        return showDoor(req, res, next, codeErrors(passed))
      }
      res.redirect(303, next)
    })
    .get('/staff/door/codes', requireStaff(), async (req, res) => {
      const codes = await door.newCodes(sessionDigestOf(req))
      if (codes.length === 0) return res.redirect(303, '/staff/me')
      showStaffPage(parts, req, res, {
        id: 'staff-codes',
        view: 'desk/staff/codes',
        locals: { codes },
      })
    })
    .post('/staff/door/codes', requireStaff(undefined, '/staff/door/codes'), async (req, res) => {
      await forgetNewCodes(db, sessionDigestOf(req))
      res.redirect(303, '/staff')
    })
    .post(
      '/staff/door/codes/renew',
      requireStaff(undefined, '/staff/me'),
      fresh('/staff/me'),
      async (req, res) => {
        await door.renewCodes(callerOf(req), formDigestOf(req))
        res.redirect(303, '/staff/door/codes')
      },
    )
    .get('/staff/me', requireStaff(), async (req, res) => {
      const { id, roles } = staffOf(req)
      const codesLeft = await countRecoveryCodes(db, id)
      const flash = takeFlash(req, res, ['shortcuts-on', 'shortcuts-off'])
      showStaffPage(parts, req, res, {
        id: 'staff-me',
        view: 'desk/staff/me',
        locals: { roles, codesLeft, flash },
      })
    })
    .post('/staff/me/shortcuts', requireStaff(undefined, '/staff/me'), async (req, res) => {
      const off = readFields(req, ['shortcuts']).shortcuts === 'off'
      await setShortcutsOff(db, staffOf(req).id, off ? clock.now() : null)
      setFlash(res, off ? 'shortcuts-off' : 'shortcuts-on')
      res.redirect(303, '/staff/me')
    })
    .get('/staff/help', requireStaff(), (req, res) =>
      showStaffPage(parts, req, res, { id: 'staff-help', view: 'desk/staff/help' }),
    )
}
