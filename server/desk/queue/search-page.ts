import type { RequestHandler } from 'express'
import { findAccountByAddress } from '#server/accounts/accounts/store.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { recordLook } from '../audit/record-look.ts'
import { findCaseIdOfReference } from '../reports/report-store.ts'
import { showStaffPage, staffOf } from '../staff/staff.ts'
import { describeLines, oneOf, pageSize, urlOf } from './case-lines.ts'
import { searchCases } from './search-cases.ts'
import { isSearchField, parseSearch, type SearchField, searchFields } from './search-terms.ts'

/** The reference of a report, in any spelling: `r-7k3m-9qxa`. */
function parseReference(typed: string): string | undefined {
  const [, first, second] = /^r-?([0-9a-z]{4})-?([0-9a-z]{4})$/i.exec(typed) ?? []
  return first && second && `R-${first}-${second}`.toUpperCase()
}

export function searchPage(parts: DeskPageParts): RequestHandler {
  const { desk, db, keyring, clock } = parts

  async function find(
    field: SearchField,
    typed: string,
    staffId: string,
    before: string | undefined,
  ) {
    const wanted = parseSearch(field, typed)
    const alternatives = await Promise.all(wanted.map((terms) => desk.index.terms(terms)))
    const isAddress = (field === 'any' || field === 'address') && typed.includes('@')
    const account = isAddress ? await findAccountByAddress(db, typed.toLowerCase()) : undefined
    return await searchCases(db, keyring, {
      alternatives,
      accountId: account?.id,
      limit: pageSize,
      before,
      notOf: staffId,
    })
  }

  return async (req, res) => {
    const staff = staffOf(req)
    const typed = oneOf(req.query.q).trim()
    const field = isSearchField(req.query.field) ? req.query.field : 'any'
    const reference = parseReference(typed)
    const named = reference && (await findCaseIdOfReference(db, reference, staff.id))
    if (named) return res.redirect(303, `/staff/cases/${named}`)
    const asked = oneOf(req.query.before)
    const before = /^\d{1,18}$/.test(asked) ? asked : undefined
    const { cases, next } = await find(field, typed, staff.id, before)
    if (typed !== '')
      await recordLook(desk, {
        staffId: staff.id,
        action: 'cases.searched',
        details: {
          field,
        },
      })
    const url = (page?: string) => urlOf('/staff/search', { q: typed, field, before: page })
    showStaffPage(parts, req, res, {
      id: 'staff-search',
      view: 'desk/queue/search',
      values: { q: typed, field },
      locals: {
        fields: searchFields,
        searched: typed !== '',
        cases: await describeLines(db, cases, staff.id, clock.now()),
        now: clock.now(),
        older: next ? url(next) : null,
        newer: before ? url() : null,
      },
    })
  }
}
