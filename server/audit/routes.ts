// Who of the staff did and saw what: the page, and its export.
import { type Request, Router } from 'express'
import { exportRow } from '../abuse/export-cell.ts'
import { findAccountByAddress, findAddresses } from '../accounts/store.ts'
import type { FormError } from '../web/forms.ts'
import type { WebParts } from '../web/parts.ts'
import { createStaffGuards, showStaffPage, staffOf } from '../web/staff.ts'
import { auditActions } from './actions.ts'
import { type AuditFilter, listAudit, type RecordedAudit, recordAudit, walkAudit } from './store.ts'

const pageSize = 50
const exportLimit = 100_000

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
      ...(to && !Number.isNaN(to.getTime()) ? { to: new Date(to.getTime() + 86_400_000) } : {}),
      ...(before ? { before } : {}),
    }
    return { filter, errors }
  }

  const queryOf = (req: Request, more: Record<string, string>) => {
    const kept = ['staff', 'account', 'action', 'case', 'from', 'to'].map((name) => [name, text(req.query[name])])
    return new URLSearchParams([...kept.filter(([, value]) => value), ...Object.entries(more)] as [string, string][])
  }

  const namesFor = (entries: readonly RecordedAudit[]) =>
    findAddresses(
      db,
      entries.flatMap(({ staffId, accountId }) => [staffId, accountId]),
    )

  const asRecord = (entry: RecordedAudit, names: ReadonlyMap<string, string>) => ({
    position: entry.position,
    at: entry.at.toISOString(),
    staff: names.get(entry.staffId) ?? entry.staffId,
    action: entry.action,
    case: entry.caseId,
    account: entry.accountId && (names.get(entry.accountId) ?? entry.accountId),
    subject: entry.subject,
    details: entry.details,
  })

  return Router()
    .get('/staff/audit', requireStaff('audit.see'), async (req, res) => {
      const staff = staffOf(req)
      const { filter, errors } = await readFilter(req)
      const found = errors.length > 0 ? [] : await listAudit(db, filter, pageSize + 1)
      const entries = found.slice(0, pageSize)
      const names = await namesFor(entries)
      await db.transaction((trx) =>
        recordAudit(trx, keyring, { staffId: staff.id, action: 'audit.viewed', details: {}, at: clock.now() }),
      )
      const last = entries.at(-1)?.position ?? ''
      showStaffPage(parts, req, res, {
        id: 'staff-audit',
        view: 'audit/audit',
        errors,
        values: Object.fromEntries(queryOf(req, {})),
        locals: {
          entries: entries.map((entry) => ({ ...asRecord(entry, names), at: entry.at })),
          actions: auditActions,
          mayExport: staff.rights.has('audit.export'),
          exportQuery: String(queryOf(req, {})),
          older: found.length > pageSize ? `/staff/audit?${queryOf(req, { before: last })}` : null,
          newer: filter.before ? `/staff/audit?${queryOf(req, {})}` : null,
        },
      })
    })
    .get(['/staff/audit/export.jsonl', '/staff/audit/export.csv'], requireStaff('audit.export'), async (req, res) => {
      const csv = req.path.endsWith('.csv')
      const { filter } = await readFilter(req)
      res.setHeader('Content-Type', csv ? 'text/csv; charset=utf-8' : 'application/jsonl; charset=utf-8')
      res.setHeader('Content-Disposition', `attachment; filename="audit.${csv ? 'csv' : 'jsonl'}"`)
      if (csv) res.write(exportRow(['position', 'at', 'staff', 'action', 'case', 'account', 'subject', 'details']))
      let count = 0
      let batch: RecordedAudit[] = []
      const flush = async () => {
        const names = await namesFor(batch)
        for (const entry of batch) {
          const { position, at, staff, action, account, subject, details, ...rest } = asRecord(entry, names)
          res.write(
            csv
              ? exportRow([position, at, staff, action, rest.case, account, subject, JSON.stringify(details)])
              : `${JSON.stringify({ position, at, staff, action, ...rest, account, subject, details })}\n`,
          )
        }
        batch = []
      }
      for await (const entry of walkAudit(db, filter)) {
        batch.push(entry)
        count += 1
        if (batch.length === 500) await flush()
        if (count === exportLimit) break
      }
      await flush()
      await db.transaction((trx) =>
        recordAudit(trx, keyring, {
          staffId: staffOf(req).id,
          action: 'audit.exported',
          details: { count },
          at: clock.now(),
        }),
      )
      res.end()
    })
}
