// The queue: GET /staff/cases with its tabs, filters and pages in the URL, and the search.
import { type Request, Router } from 'express'
import { findAccountByAddress, findAddresses } from '#server/accounts/accounts/store.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { listWaitingAppeals } from '../appeals/appeal-store.ts'
import { recordLook } from '../audit/record-look.ts'
import { findMeasure } from '../measures/measure-store.ts'
import { reportKinds } from '../reports/report-kind.ts'
import { findCaseIdOfReference } from '../reports/report-store.ts'
import { createStaffGuards, showStaffPage, staffOf } from '../staff/staff.ts'
import { type Case, verdictRanks } from './case-store.ts'
import { countTabs, isQueueTab, listQueue, type QueueFilters, searchCases } from './queue-store.ts'
import { isSearchField, parseSearch, searchFields } from './search-terms.ts'
import { severities } from './severity.ts'

const pageSize = 25
/** `others` are among the open ones. */
const shownTabs = ['new', 'mine', 'open', 'unattributed', 'appeals', 'closed']

const one = (value: unknown): string =>
  typeof value === 'string' && value.length <= 500 ? value : ''
const among = <T extends string>(list: readonly T[], value: unknown): T | undefined =>
  list.find((each) => each === value)

/** What the URL asks for, in one spelling; what it does not understand is left out. */
function readFilters(query: Request['query']): QueueFilters {
  const severity = among(severities, query.severity)
  const kind = among(reportKinds, query.kind)
  const provenance = among(verdictRanks, query.provenance)
  return {
    ...(severity ? { severity } : {}),
    ...(kind ? { kind } : {}),
    ...(provenance ? { provenance } : {}),
    ...(query.unseen === '1' ? { unseen: true } : {}),
  }
}

const addressOf = (page: string, params: Record<string, string | undefined>): string => {
  const kept = Object.entries(params).filter((pair): pair is [string, string] => Boolean(pair[1]))
  return kept.length > 0 ? `${page}?${new URLSearchParams(kept)}` : page
}

export function queueRoutes(parts: WebParts): Router {
  const { desk, db, keyring, clock } = parts
  const { requireStaff } = createStaffGuards(parts)

  /** A case as a line of a list. */
  async function asLines(cases: readonly Case[], staffId: string) {
    const names = await findAddresses(
      db,
      cases.flatMap(({ claimedBy, closedBy }) => [claimedBy, closedBy]),
    )
    return cases.map((each) => ({
      ...each,
      claimedByName: names.get(each.claimedBy ?? ''),
      mine: each.claimedBy === staffId,
    }))
  }

  async function appealLines(staffId: string, after: string | undefined) {
    const appeals = await listWaitingAppeals(db, keyring, pageSize + 1, after, staffId)
    const measures = await Promise.all(
      appeals.slice(0, pageSize).map(({ measureId }) => findMeasure(db, measureId)),
    )
    const names = await findAddresses(
      db,
      measures.flatMap((each) => [each?.accountId ?? null]),
    )
    const lines = appeals.slice(0, pageSize).map((appeal, at) => {
      const measure = measures[at]
      const took = measure?.proposedBy === staffId || measure?.approvedBy === staffId
      return {
        ...{
          id: appeal.id,
          reference: appeal.reference,
          madeAt: appeal.madeAt,
          measure: measure?.measure,
          took,
        },
        address: names.get(measure?.accountId ?? ''),
      }
    })
    return { lines, next: appeals.length > pageSize ? lines.at(-1)?.id : undefined }
  }

  return Router()
    .get('/staff/cases', requireStaff('cases.see'), async (req, res) => {
      const staff = staffOf(req)
      const tab =
        req.query.tab === 'appeals' ? 'appeals' : isQueueTab(req.query.tab) ? req.query.tab : 'new'
      const filters = readFilters(req.query)
      const key = tab === 'appeals' ? /^\d{1,18}$/ : /^\d{1,14}\.\d{1,18}$/
      const after = key.test(one(req.query.after)) ? one(req.query.after) : undefined
      const counts: Readonly<Record<string, number>> = { ...(await countTabs(db, staff.id)) }
      const asked = {
        severity: filters.severity,
        kind: filters.kind,
        provenance: filters.provenance,
        unseen: filters.unseen ? '1' : undefined,
      }
      const href = (more: Record<string, string | undefined>) =>
        addressOf('/staff/cases', { tab, ...asked, ...more })
      const appeals = tab === 'appeals' ? await appealLines(staff.id, after) : undefined
      const page =
        tab === 'appeals'
          ? { cases: [], next: appeals?.next }
          : await listQueue(db, keyring, {
              tab,
              staffId: staff.id,
              filters,
              after,
              limit: pageSize,
            })
      await recordLook(desk, { staffId: staff.id, action: 'queue.viewed', details: { tab } })
      showStaffPage(parts, req, res, {
        id: 'staff-queue',
        view: 'desk/cases/queue',
        values: {
          severity: filters.severity ?? '',
          kind: filters.kind ?? '',
          provenance: filters.provenance ?? '',
        },
        locals: {
          tab,
          tabs: shownTabs.map((name) => ({
            name,
            href: addressOf('/staff/cases', { tab: name, ...asked }),
            count: counts[name],
          })),
          // Told only where somebody waits: it is a page of its own.
          proposals: staff.rights.has('measures.approve') ? counts.proposals : 0,
          unseen: filters.unseen ?? false,
          filtered: Object.keys(filters).length > 0,
          choices: { severity: severities, kind: reportKinds, provenance: verdictRanks },
          cases: await asLines(page.cases, staff.id),
          appeals: appeals?.lines ?? [],
          now: clock.now(),
          older: page.next ? href({ after: page.next }) : null,
          newer: after ? href({ after: undefined }) : null,
        },
      })
    })

    .get('/staff/search', requireStaff('search.use'), async (req, res) => {
      const staff = staffOf(req)
      const typed = one(req.query.q).trim()
      const field = isSearchField(req.query.field) ? req.query.field : 'any'
      // What people quote when they ask how far their report is.
      const reference = /^r-?([0-9a-z]{4})-?([0-9a-z]{4})$/i.exec(typed)
      const named = reference
        ? await findCaseIdOfReference(
            db,
            `R-${reference[1]}-${reference[2]}`.toUpperCase(),
            staff.id,
          )
        : undefined
      if (named) return res.redirect(303, `/staff/cases/${named}`)
      const before = /^\d{1,18}$/.test(one(req.query.before)) ? one(req.query.before) : undefined
      const wanted = parseSearch(field, typed)
      const alternatives = await Promise.all(wanted.map((terms) => desk.index.terms(terms)))
      const address = field === 'any' || field === 'address' ? typed.toLowerCase() : ''
      const account = address.includes('@') ? await findAccountByAddress(db, address) : undefined
      const asked = {
        alternatives,
        accountId: account?.id,
        limit: pageSize,
        before,
        notOf: staff.id,
      }
      const found = await searchCases(db, keyring, asked)
      if (typed !== '')
        await recordLook(desk, { staffId: staff.id, action: 'cases.searched', details: { field } })
      showStaffPage(parts, req, res, {
        id: 'staff-search',
        view: 'desk/cases/search',
        values: { q: typed, field },
        locals: {
          fields: searchFields,
          searched: typed !== '',
          cases: await asLines(found.cases, staff.id),
          now: clock.now(),
          older: found.next
            ? addressOf('/staff/search', { q: typed, field, before: found.next })
            : null,
          newer: before ? addressOf('/staff/search', { q: typed, field }) : null,
        },
      })
    })
}
