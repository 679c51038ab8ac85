// The legal holds of one case, with the forms that lay and end them; and the list of all.
import type { Request, RequestHandler, Response } from 'express'
import { findAddresses } from '#server/accounts/accounts/store.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { setFlash, takeFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import { formDigestOf } from '#server/kit/web/sent-forms.ts'
import { recordLook } from '../audit/record-look.ts'
import { openCase } from '../cases/desk-guard.ts'
import { showStaffPage, staffOf } from '../staff/staff.ts'
import { listPreservations, listStanding, type Preservation } from './preservation-store.ts'
import { endPreservation, preserveCase } from './preserve-case.ts'

export const reasonMaxChars = 1000
const listed = 200

function faultOf(reason: string): FormError | undefined {
  if (reason === '') return { field: 'reason', reason: 'missing' }
  return reason.length > reasonMaxChars ? { field: 'reason', reason: 'too-long' } : undefined
}

async function describe({ db }: DeskPageParts, preservations: readonly Preservation[]) {
  const people = preservations.flatMap(({ begunBy, endedBy }) => [begunBy, endedBy])
  const names = await findAddresses(db, people)
  return preservations.map((each) => ({
    ...each,
    by: names.get(each.begunBy),
    endedByName: names.get(each.endedBy ?? ''),
  }))
}

/** The holds that stand, of all cases. */
export const preservationsPage =
  (parts: DeskPageParts): RequestHandler =>
  async (req, res) => {
    const { desk, db, keyring, clock } = parts
    const { id } = staffOf(req)
    await recordLook(desk, { staffId: id, action: 'preservation.viewed' })
    const standing = await listStanding(db, keyring, listed, id)
    showStaffPage(parts, req, res, {
      id: 'staff-preservations',
      view: 'desk/preservation/preservations',
      locals: { preservations: await describe(parts, standing), now: clock.now() },
    })
  }

export function preservationPage(
  parts: DeskPageParts,
): Record<'show' | 'preserve' | 'end', RequestHandler> {
  const { desk, db, keyring } = parts

  async function show(req: Request, res: Response, errors: FormError[] = [], reason = '') {
    const staff = staffOf(req)
    const { id, accountId } = await openCase(desk, req.params.id, staff)
    const action = 'preservation.viewed'
    await recordLook(desk, { staffId: staff.id, action, caseId: id, accountId })
    showStaffPage(parts, req, res, {
      id: 'staff-preservation',
      view: 'desk/preservation/preservation',
      errors,
      values: { reason },
      locals: {
        caseId: id,
        titleParams: { id },
        preservations: await describe(parts, await listPreservations(db, keyring, id)),
        flash: takeFlash(req, res, ['preserved', 'ended', 'not-standing']),
      },
    })
  }

  const goBack = (res: Response, caseId: string, flash: string) => {
    setFlash(res, flash)
    res.redirect(303, `/staff/cases/${caseId}/preservation`)
  }

  return {
    show: async (req, res) => await show(req, res),

    async preserve(req, res) {
      const staff = staffOf(req)
      const found = await openCase(desk, req.params.id, staff)
      const reason = readFields(req, ['reason']).reason.trim()
      const fault = faultOf(reason)
      if (fault) return await show(req, res, [fault], reason)
      await preserveCase(desk, found, staff.id, reason, formDigestOf(req))
      goBack(res, found.id, 'preserved')
    },

    async end(req, res) {
      const staff = staffOf(req)
      const found = await openCase(desk, req.params.id, staff)
      const asked = String(req.params.preservation)
      const id = /^\d{1,18}$/.test(asked) ? asked : '0'
      const isEnded = await endPreservation(desk, found, id, staff.id)
      const own = (await listPreservations(db, keyring, found.id)).find((each) => each.id === id)
      goBack(res, found.id, isEnded || own?.endedBy === staff.id ? 'ended' : 'not-standing')
    },
  }
}
