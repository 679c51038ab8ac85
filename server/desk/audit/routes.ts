// Who of the staff did and saw what: the page, and its export.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Request, Router } from 'express'
import { findAccountByAddress, findAddresses } from '#server/accounts/accounts/store.ts'
import { msPerDay } from '#server/core/durations.ts'
import type { FormError } from '#server/kit/pages/forms.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { createStaffGuards, showStaffPage, staffOf } from '../staff/staff.ts'
import { auditActions } from './actions.ts'
import { describeDetails } from './describe-details.ts'
import { exportAudit } from './export-audit.ts'
import { recordLook } from './record-look.ts'
import { type AuditFilter, countAudit, listAudit, recordAudit } from './store.ts'

const pageSize = 50

const text = (value: unknown) => (typeof value === 'string' ? value.trim().slice(0, 320) : '')

export function auditRoutes(parts: WebParts): Router {
  const { db, keyring, clock } = parts
  const { requireStaff } = createStaffGuards(parts)

  /** What the URL asks for. An address that nobody has finds nothing, and says so. */
  async function readFilter(req: Request) {
    const errors: FormError[] = []
    const idOf = async (field: 'staff' | 'account') => {
      const address = text(req.query[field]).toLowerCase()
      if (address === '') return undefined
      const account = await findAccountByAddress(db, address)
      if (!account) errors.push({ field: 'address', reason: 'unknown' })
      return account?.id
    }
    const day = (field: string) => {
      const typed = text(req.query[field])
      return /^\d{4}-\d{2}-\d{2}$/.test(typed) ? new Date(`${typed}T00:00:00Z`) : undefined
    }
    const [staffId, accountId] = [await idOf('staff'), await idOf('account')]
    const action = auditActions.find((each) => each === req.query.action)
    const caseId = /^\d{1,18}$/.test(text(req.query.case)) ? text(req.query.case) : undefined
    const [from, to] = [day('from'), day('to')]
    const before = /^\d{1,18}$/.test(text(req.query.before)) ? text(req.query.before) : undefined
    const filter: AuditFilter = {
      ...(staffId ? { staffId } : {}),
      ...(accountId ? { accountId } : {}),
      ...(action ? { action } : {}),
      ...(caseId ? { caseId } : {}),
      ...(from && !Number.isNaN(from.getTime()) ? { from } : {}),
      ...(to && !Number.isNaN(to.getTime()) ? { to: new Date(to.getTime() + msPerDay) } : {}),
      ...(before ? { before } : {}),
    }
    return { filter, errors }
  }

  const queryOf = (req: Request, more: Record<string, string>) => {
    const kept = ['staff', 'account', 'action', 'case', 'from', 'to'].map((name) => [
      name,
      text(req.query[name]),
    ])
    return new URLSearchParams([...kept.filter(([, value]) => value), ...Object.entries(more)] as [
      string,
      string,
    ][])
  }

  return Router()
    .get('/staff/audit', requireStaff('audit.see'), async (req, res) => {
      const staff = staffOf(req)
      const { filter, errors } = await readFilter(req)
      // Security: nobody learns here what the desk does about their own mailbox.
      const found =
        errors.length > 0
          ? []
          : await listAudit(db, { ...filter, notAbout: staff.id }, pageSize + 1)
      const entries = found.slice(0, pageSize)
      const names = await findAddresses(
        db,
        entries.flatMap(({ staffId, accountId }) => [staffId, accountId]),
      )
      await recordLook(parts, { staffId: staff.id, action: 'audit.viewed' })
      const last = entries.at(-1)?.position ?? ''
      showStaffPage(parts, req, res, {
        id: 'staff-audit',
        view: 'desk/audit/audit',
        errors,
        values: Object.fromEntries(queryOf(req, {})),
        locals: {
          entries: entries.map(({ position, at, staffId, action, caseId, accountId, details }) => ({
            ...{ position, at, action, caseId, staff: names.get(staffId) ?? staffId },
            account: accountId && (names.get(accountId) ?? accountId),
            details: describeDetails(details),
          })),
          actions: auditActions,
          mayExport: staff.rights.has('audit.export'),
          exportQuery: String(queryOf(req, {})),
          older: found.length > pageSize ? `/staff/audit?${queryOf(req, { before: last })}` : null,
          newer: filter.before ? `/staff/audit?${queryOf(req, {})}` : null,
        },
      })
    })
    .get(
      ['/staff/audit/export.jsonl', '/staff/audit/export.csv'],
      requireStaff('audit.export'),
      async (req, res) => {
        const { filter, errors } = await readFilter(req)
        // Somebody whom nobody knows must not become everybody.
        if (errors.length > 0) return res.redirect(303, `/staff/audit?${queryOf(req, {})}`)
        const format = req.path.endsWith('.csv') ? 'csv' : 'jsonl'
        // Security: an export is written down before its first byte leaves.
        const position = await db.transaction(async (trx) => {
          const count = await countAudit(trx, filter)
          const entry = { staffId: staffOf(req).id, details: { count }, at: clock.now() }
          return await recordAudit(trx, keyring, { ...entry, action: 'audit.exported' })
        })
        res.setHeader(
          'Content-Type',
          format === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl; charset=utf-8',
        )
        res.setHeader('Content-Disposition', `attachment; filename="audit.${format}"`)
        await pipeline(
          Readable.from(exportAudit(db, { before: position, ...filter }, format)),
          res,
        ).catch((fault) => {
          // Who broke it off has no need of an answer.
          if (fault.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw fault
        })
      },
    )
}
