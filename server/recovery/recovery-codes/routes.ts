// The owner's page of the printed sheet. A new one is shown until one of its codes is typed back.
import { type Request, type Response, Router } from 'express'
import {
  accountOf,
  proofOf,
  requireAccount,
  requireFreshPassword,
} from '#server/accounts/sessions/browser-session.ts'
import { assertNever } from '#server/core/assert-never.ts'
import { setFlash } from '#server/kit/pages/flash.ts'
import { readFields } from '#server/kit/pages/forms.ts'
import { formOf } from '#server/kit/web/form-page.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { methodsPage } from '../contacts/show-contact.ts'
import { createChangeLimit } from '../methods/change-method.ts'
import { issueSheet, takeSheetAway } from './issue-sheet.ts'
import { parseSheetCode } from './sheet.ts'
import { createSheetPage, type SheetPage } from './sheet-page.ts'

const page = '/account/recovery/recovery-codes'

export function recoveryCodeRoutes(parts: RecoveryParts): Router {
  const sheet = createSheetPage(parts)
  const countChange = createChangeLimit(parts.limits)
  const takeBack = takeCodeBack(parts, sheet)
  const fresh = (back?: string) => requireFreshPassword(parts.clock.now, back)
  const own = [requireAccount(), fresh()]
  const toMethods = [formOf(page), requireAccount(methodsPage), fresh(methodsPage)]
  return Router()
    .get(page, own, (req: Request, res: Response) => sheet.show(req, res))
    .get(`${page}/text`, own, sheet.sendText)
    .post(page, own, async (req: Request, res: Response) => {
      const { make, code } = readFields(req, ['make', 'code'])
      if (!make) return await takeBack(req, res, code)
      await countChange(accountOf(req).id)
      sheet.giveCodes(req, res)
      res.redirect(303, page)
    })
    .post(`${page}/remove`, toMethods, async (req: Request, res: Response) => {
      await countChange(accountOf(req).id)
      return await remove(parts, sheet, req, res)
    })
}

/** The common error texts speak of digits, but these codes have letters. */
const errorTexts: Readonly<Record<string, string>> = {
  shape: 'recovery-codes.errors.shape',
  wrong: 'recovery-codes.errors.other-sheet',
  dead: 'recovery-codes.errors.dead',
}

const takeCodeBack =
  (parts: RecoveryParts, sheet: SheetPage) =>
  async (req: Request, res: Response, typed: string): Promise<void> => {
    const refuse = (reason: string) => {
      const text = errorTexts[reason]
      const at = sheet.newCodesOf(req).length > 0 ? 'code' : 'main'
      const errors = [{ field: 'code', reason, at, ...(text && { text }) }]
      return sheet.show(req, res, { errors, values: { code: typed } })
    }
    if (typed.trim() === '') return refuse('missing')
    const code = parseSheetCode(typed)
    if (code === null) return refuse('shape')
    const codes = sheet.newCodesOf(req)
    if (codes.includes(code)) {
      const asking = { ...proofOf(req), client: parts.client(req) }
      const issued = await issueSheet(parts, asking, codes)
      if (issued.kind === 'probation') return sheet.onProbation(req, res, issued.until)
      sheet.noteInForce(req, res, codes)
    } else if (!sheet.hasPutInForce(req, code)) return refuse(codes.length > 0 ? 'wrong' : 'dead')
    setFlash(res, 'recovery-codes-set')
    res.redirect(303, methodsPage)
  }

async function remove(
  parts: RecoveryParts,
  sheet: SheetPage,
  req: Request,
  res: Response,
): Promise<void> {
  const removed = await takeSheetAway(parts, { ...proofOf(req), client: parts.client(req) })
  switch (removed.kind) {
    case 'removed':
      setFlash(res, 'recovery-codes-removed')
      return res.redirect(303, methodsPage)
    case 'none':
      return res.redirect(303, methodsPage)
    case 'probation':
      return await sheet.onProbation(req, res, removed.until)
    default:
      return assertNever(removed)
  }
}
