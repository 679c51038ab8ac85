// The source and the attachments of a reported letter, as files to save.
import type { Request, RequestHandler, Response } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { sendWhole } from '#server/kit/web/headers.ts'
import { downloadAttachment, downloadSource } from '../evidence/view-evidence.ts'
import { findReport } from '../reports/report-store.ts'
import { staffOf } from '../staff/staff.ts'
import { openCase } from './desk-guard.ts'

/** Security: A stranger's files are handed out as downloads, never shown by the browser. */
function sendFile(res: Response, name: string, bytes: Buffer): void {
  res.setHeader('Content-Type', 'application/octet-stream')
  res.setHeader('Content-Disposition', `attachment; filename="${name}"`)
  res.setHeader('Content-Security-Policy', "sandbox; default-src 'none'")
  sendWhole(res, bytes)
}

export function caseLetterPage(
  parts: DeskPageParts,
): Record<'source' | 'attachment', RequestHandler> {
  const { desk, db, keyring } = parts

  /** @throws NotFound if the report has no letter or belongs to another case */
  async function openEvidence(req: Request) {
    const staff = staffOf(req)
    const { id: caseId } = await openCase(desk, req.params.id, staff)
    const reportId = String(req.params.report)
    const report = /^\d{1,18}$/.test(reportId) ? await findReport(db, keyring, reportId) : undefined
    if (report?.caseId !== caseId || !report.evidenceId)
      throw new NotFound('no such letter in this case')
    const request = { evidenceId: report.evidenceId, caseId, staffId: staff.id }
    return { request, reference: report.reference }
  }

  return {
    async source(req, res) {
      const { request, reference } = await openEvidence(req)
      const source = await downloadSource(desk, request)
      if (!source) throw new NotFound('no letter is kept')
      sendFile(res, `${reference}.eml.txt`, source)
    },

    async attachment(req, res) {
      const sha256 = String(req.params.sha256)
      const { request } = await openEvidence(req)
      const isDigest = /^[0-9a-f]{64}$/.test(sha256)
      const bytes = isDigest ? await downloadAttachment(desk, request, sha256) : undefined
      if (!bytes) throw new NotFound('no such attachment')
      sendFile(res, `attachment-${sha256.slice(0, 12)}.bin`, bytes)
    },
  }
}
