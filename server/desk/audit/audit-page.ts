// What staff did and saw, for those who supervise them.
import type { RequestHandler } from 'express'
import type { Db } from '#db/connection.ts'
import { findAddresses } from '#server/accounts/accounts/store.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { showStaffPage, staffOf } from '../staff/staff.ts'
import { readAuditQuery, writeAuditQuery } from './audit-query.ts'
import { describeDetails } from './describe-details.ts'
import { recordLook } from './record-look.ts'
import { listAudit, type RecordedAudit } from './store.ts'

const pageSize = 50

async function asLines(db: Db, entries: readonly RecordedAudit[]) {
  const ids = entries.flatMap(({ staffId, accountId }) => [staffId, accountId])
  const names = await findAddresses(db, ids)
  return entries.map(({ position, at, staffId, action, caseId, accountId, details }) => ({
    position,
    at,
    action,
    caseId,
    staff: staffId && (names.get(staffId) ?? staffId),
    account: accountId && (names.get(accountId) ?? accountId),
    details: describeDetails(details),
  }))
}

export function auditPage(parts: DeskPageParts): RequestHandler {
  const { db } = parts
  return async (req, res) => {
    const staff = staffOf(req)
    const { filter, errors } = await readAuditQuery(parts, req.query)
    // Security: The audit page shows staff nothing about their own mailbox.
    const shown = { ...filter, notAbout: staff.id }
    const found = errors.length > 0 ? [] : await listAudit(db, shown, pageSize + 1)
    const lines = await asLines(db, found.slice(0, pageSize))
    await recordLook(parts, { staffId: staff.id, action: 'audit.viewed' })
    const query = writeAuditQuery(req.query)
    const older = writeAuditQuery(req.query, lines.at(-1)?.position)
    showStaffPage(parts, req, res, {
      id: 'staff-audit',
      view: 'desk/audit/audit',
      errors,
      values: Object.fromEntries(query),
      locals: {
        entries: lines,
        actions: await parts.loadAuditActions(),
        mayExport: staff.rights.has('audit.export'),
        exportQuery: String(query),
        older: found.length > pageSize ? `/staff/audit?${older}` : null,
        newer: filter.before ? `/staff/audit?${query}` : null,
      },
    })
  }
}
