// The forms of a case: note, close, and the account behind it.
import type { Request, RequestHandler, Response } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { setFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import { formDigestOf } from '#server/kit/web/sent-forms.ts'
import { isOutcome } from '../reports/report-store.ts'
import { staffOf } from '../staff/staff.ts'
import { attributeCase } from './attribute-case.ts'
import type { CasePage } from './case-page.ts'
import { openCase } from './desk-guard.ts'
import { type ClosedCase, closeCase, noteMaxChars, noteOnCase } from './work-on-case.ts'

type Forms = 'note' | 'close' | 'attribute'

function faultOf(note: string): FormError | undefined {
  if (note === '') return { field: 'note', reason: 'missing' }
  return note.length > noteMaxChars ? { field: 'note', reason: 'too-long' } : undefined
}

function faultOfClosing(closed: ClosedCase | 'missing'): FormError | undefined {
  const isFault = closed === 'missing' || closed === 'contradicts'
  return isFault ? { field: 'outcome', reason: closed } : undefined
}

export function caseWorkPage(
  { desk }: DeskPageParts,
  page: CasePage,
): Record<Forms, RequestHandler> {
  async function openOwn(req: Request) {
    const staff = staffOf(req)
    const { id } = await openCase(desk, req.params.id, staff)
    return { id, staffId: staff.id }
  }

  function goBack(res: Response, caseId: string, flash: string): void {
    setFlash(res, flash)
    res.redirect(303, `/staff/cases/${caseId}`)
  }

  return {
    async note(req, res) {
      const { id, staffId } = await openOwn(req)
      const note = readFields(req, ['note']).note.trim()
      const fault = faultOf(note)
      if (fault) return await page.showErrors(req, res, [fault], { note })
      await noteOnCase(desk, id, staffId, note, formDigestOf(req))
      goBack(res, id, 'noted')
    },

    async close(req, res) {
      const { id, staffId } = await openOwn(req)
      const { outcome } = readFields(req, ['outcome'])
      const closed = isOutcome(outcome) ? await closeCase(desk, id, staffId, outcome) : 'missing'
      const fault = faultOfClosing(closed)
      if (fault) return await page.showErrors(req, res, [fault])
      goBack(res, id, closed)
    },

    async attribute(req, res) {
      const { id, staffId } = await openOwn(req)
      const { address } = readFields(req, ['address'])
      const refuse = (reason: string) =>
        page.showErrors(req, res, [{ field: 'address', reason }], { address })
      const outcome = await attributeCase(desk, id, staffId, address)
      if (outcome.kind === 'unknown-account') return await refuse('unknown')
      if (outcome.kind === 'own-account') return await refuse('own')
      if (outcome.kind !== 'attributed') return goBack(res, id, 'not-yours')
      goBack(res, outcome.caseId, 'attributed')
    },
  }
}
