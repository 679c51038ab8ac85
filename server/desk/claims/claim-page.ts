// The forms by which one person takes a case, lets it go, or takes it over.
import type { Request, RequestHandler, Response } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { setFlash } from '#server/kit/pages/flash.ts'
import { readFields } from '#server/kit/pages/forms.ts'
import { openCase } from '../cases/desk-guard.ts'
import { staffOf } from '../staff/staff.ts'
import { claimCase, releaseCase, takeOverCase } from './claim-case.ts'

const isId = (text: string) => /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(text)

export function claimPage({
  desk,
}: DeskPageParts): Record<'claim' | 'release' | 'takeOver', RequestHandler> {
  /** @param work false if somebody else was faster */
  const form =
    (
      flash: 'claimed' | 'released' | 'taken-over',
      work: (caseId: string, staffId: string, req: Request) => Promise<boolean>,
    ) =>
    async (req: Request, res: Response) => {
      const staff = staffOf(req)
      const { id } = await openCase(desk, req.params.id, staff)
      setFlash(res, (await work(id, staff.id, req)) ? flash : 'not-yours')
      res.redirect(303, `/staff/cases/${id}`)
    }

  return {
    claim: form('claimed', (id, staffId) => claimCase(desk, id, staffId)),
    release: form('released', (id, staffId) => releaseCase(desk, id, staffId)),
    takeOver: form('taken-over', async (id, staffId, req) => {
      const { from } = readFields(req, ['from'])
      return isId(from) && (await takeOverCase(desk, id, staffId, from))
    }),
  }
}
