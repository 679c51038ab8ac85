// The form that leads from a typed name to the page of its account.
import type { Request, RequestHandler, Response } from 'express'
import { findAccountByAddress } from '#server/accounts/accounts/store.ts'
import { parseTypedLogin } from '#server/core/identifiers/login-name.ts'
import { addressOf } from '#server/core/identifiers/names.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import type { FormError } from '#server/kit/pages/forms.ts'
import { showStaffPage } from '../staff.ts'

const maxTyped = 320

export function accountSearchPage(parts: DeskPageParts): RequestHandler {
  const { db, settings } = parts

  async function findTyped(typed: string) {
    const login = parseTypedLogin(typed, settings.mailDomains)
    if (!login) return undefined
    const domain = login.domain ?? settings.mailDomains[0] ?? ''
    return await findAccountByAddress(db, addressOf(login.login, domain))
  }

  const show = (req: Request, res: Response, typed: string, errors: FormError[] = []) =>
    showStaffPage(parts, req, res, {
      id: 'staff-accounts',
      view: 'desk/staff/accounts',
      errors,
      values: { login: typed },
    })

  return async (req, res) => {
    const asked = req.query.login
    if (asked === undefined) return show(req, res, '')
    const typed = typeof asked === 'string' ? asked.trim().slice(0, maxTyped) : ''
    const account = await findTyped(typed)
    if (account) return res.redirect(303, `/staff/accounts/${account.id}`)
    const reason = typed === '' ? 'missing' : 'unknown'
    show(req, res, typed, [{ field: 'login', reason, at: 'login' }])
  }
}
