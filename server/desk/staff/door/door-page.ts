import type { Request, RequestHandler, Response } from 'express'
import { proofOf, sessionDigestOf } from '#server/accounts/sessions/browser-session.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { askerOf } from '#server/kit/log/security-log.ts'
import { type FormError, parseNext, readFields } from '#server/kit/pages/forms.ts'
import type { Caller, Door, Passed } from '../pass-door.ts'
import { findStanding } from '../session-store.ts'
import { staffOf } from '../staff.ts'

export const callerOf = (parts: Pick<DeskPageParts, 'client'>, req: Request): Caller => ({
  proof: { ...proofOf(req), session: sessionDigestOf(req) },
  client: parts.client(req),
})

type Refused = Exclude<Passed, { kind: 'passed' }>

export const codeErrors = ({ kind }: Refused): FormError[] => [
  { field: 'code', reason: `factor-${kind}` },
]

export const logWrongCode = ({ log }: Pick<DeskPageParts, 'log'>, req: Request): void =>
  log.security({ event: 'code.wrong', ...askerOf(req), what: 'staff-door' })

/** The page after the door. It is a staff page, whatever the URL asks for. */
const parseStaffNext = (raw: unknown): string => {
  const next = parseNext(raw)
  return next?.startsWith('/staff') && !next.startsWith('/staff/door') ? next : '/staff'
}

export function doorPage(
  parts: DeskPageParts,
  door: Door,
): Record<'show' | 'submit', RequestHandler> {
  const show = (req: Request, res: Response, next: string, errors: FormError[] = []) =>
    parts.pages.show(req, res, {
      id: 'staff-door',
      view: 'desk/staff/door',
      errors,
      locals: { next },
    })

  return {
    async show(req, res) {
      const standing = await findStanding(parts.db, staffOf(req).id, sessionDigestOf(req))
      if (!standing.enrolled) return res.redirect(303, '/staff/door/enrol')
      show(req, res, parseStaffNext(req.query.next))
    },

    async submit(req, res) {
      const form = readFields(req, ['code', 'next'])
      const next = parseStaffNext(form.next)
      if (form.code === '') return show(req, res, next, [{ field: 'code', reason: 'missing' }])
      const passed = await door.enter(callerOf(parts, req), form.code)
      if (passed.kind === 'passed') return res.redirect(303, next)
      logWrongCode(parts, req)
      show(req, res, next, codeErrors(passed))
    },
  }
}
