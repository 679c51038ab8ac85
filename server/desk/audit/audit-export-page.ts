import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { RequestHandler } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { staffOf } from '../staff/staff.ts'
import { readAuditQuery, writeAuditQuery } from './audit-query.ts'
import { exportAudit } from './export-audit.ts'
import { countAudit, recordAudit } from './store.ts'

const contentTypes = {
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/jsonl; charset=utf-8',
} as const

export function auditExportPage(parts: DeskPageParts): RequestHandler {
  const { db, keyring, clock } = parts
  return async (req, res) => {
    const { filter, errors } = await readAuditQuery(parts, req.query)
    // An unknown address must not export the entries of everybody.
    if (errors.length > 0) return res.redirect(303, `/staff/audit?${writeAuditQuery(req.query)}`)
    const format = req.path.endsWith('.csv') ? 'csv' : 'jsonl'
    // Security: An export is recorded before its first byte leaves.
    const position = await db.transaction(async (trx) => {
      const count = await countAudit(trx, filter)
      return await recordAudit(trx, keyring, {
        staffId: staffOf(req).id,
        action: 'audit.exported',
        details: { count },
        at: clock.now(),
      })
    })
    res.setHeader('Content-Type', contentTypes[format])
    res.setHeader('Content-Disposition', `attachment; filename="audit.${format}"`)
    const before = filter.before ?? position
    const lines = Readable.from(exportAudit(db, { ...filter, before }, format))
    await pipeline(lines, res).catch((fault) => {
      // A browser that leaves in the middle is no fault.
      if (fault.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw fault
    })
  }
}
