import { type Request, type Response, Router } from 'express'
import { assertNever } from '#server/core/assert-never.ts'
import { maskEmailAddress } from '#server/core/identifiers/email-address.ts'
import { parseTypedToken } from '#server/core/keys/typed-code.ts'
import { askerOf } from '#server/kit/log/security-log.ts'
import { setFlash } from '#server/kit/pages/flash.ts'
import { readFields } from '#server/kit/pages/forms.ts'
import { formDigestOf } from '#server/kit/web/sent-forms.ts'
import { findSentForm, takeForm } from '#server/kit/web/sent-forms-store.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { showDeadLink } from '../dead-links/dead-link-page.ts'
import { flowTokenForLink, setFlowToken } from '../flow/flow-cookie.ts'
import { isFlowOpen } from '../flow/resume-flow.ts'
import { type DescribedUndo, describeUndo, findDeadUndo, undoChange } from './undo-change.ts'

/** What the page shows. Its reader has proven nothing, so it does not show the ways back. */
function shownOf({ undo, power, address }: DescribedUndo) {
  const reachesBack = power === 'restore' && undo.reachesBackTo < undo.madeAt
  return {
    mailbox: address,
    change: `undo.changes.${undo.change}`,
    at: undo.madeAt,
    since: reachesBack ? undo.reachesBackTo : null,
    stopsHeldPassword: undo.change === 'password.reset-held',
    givesPassword: power !== 'end-sessions',
    restores: power === 'restore',
  }
}

/** The page says what the link has done. */
function leadToRecovery(res: Response): void {
  setFlash(res, 'sessions-ended')
  res.redirect(303, '/recover')
}

/** The common error texts speak of digits, but this code has letters too. */
const codeTexts: Readonly<Record<string, string>> = {
  shape: 'undo-code.errors.shape',
  wrong: 'undo-code.errors.wrong',
}

/** For a code that stands in an SMS in place of a link: it leads to the page of the link. */
function addCodePage(router: Router, parts: RecoveryParts): void {
  function show(req: Request, res: Response, typed = '', reason?: string): void {
    const text = reason && codeTexts[reason]
    const errors = reason ? [{ field: 'code', reason, ...(text && { text }) }] : []
    const values = { code: typed }
    parts.pages.show(req, res, { id: 'undo-code', view: 'recovery/undo/code', errors, values })
  }

  router
    .get('/undo', (req, res) => show(req, res))
    .post('/undo', async (req, res) => {
      const typed = readFields(req, ['code']).code
      if (typed.trim() === '') return show(req, res, typed, 'missing')
      const code = parseTypedToken(typed)
      if (code === null) return show(req, res, typed, 'shape')
      const isKnown = (await describeUndo(parts, code)) ?? (await findDeadUndo(parts, code))
      if (isKnown) return res.redirect(303, `/undo/${code}`)
      parts.log.security({ event: 'code.wrong', ...askerOf(req), what: 'undo' })
      show(req, res, typed, 'wrong')
    })
}

export function undoRoutes(parts: RecoveryParts): Router {
  const { pages, db, clock, client } = parts

  async function showDead(req: Request, res: Response, link: string): Promise<void> {
    const dead = await findDeadUndo(parts, link)
    if (!dead) return showDeadLink(pages, req, res, { page: 'undo', text: 'unknown' })
    const { fate, at, address } = dead
    const masked = address && maskEmailAddress(address)
    showDeadLink(pages, req, res, { page: 'undo', text: `undo.${fate}`, at, masked })
  }

  /** A second click gets the answer of the first. */
  async function answerAgain(
    req: Request<{ token: string }>,
    res: Response,
    token: string,
    form: Buffer,
  ): Promise<void> {
    if (await isFlowOpen(parts, token)) {
      setFlowToken(parts, res, token)
      return res.redirect(303, '/recover/new-password')
    }
    if (await findSentForm(db, form, clock.now())) return leadToRecovery(res)
    await showDead(req, res, req.params.token)
  }

  const router = Router()
  addCodePage(router, parts)
  return router
    .get('/undo/:token', async (req, res) => {
      const described = await describeUndo(parts, req.params.token)
      if (!described) return await showDead(req, res, req.params.token)
      const locals = shownOf(described)
      pages.show(req, res, { id: 'undo', view: 'recovery/undo/undo', locals })
    })
    .post('/undo/:token', async (req, res) => {
      const about = { locale: req.locale, client: client(req) }
      const token = flowTokenForLink(parts, req, req.params.token)
      const form = formDigestOf(req)
      const keep = () => setFlowToken(parts, res, token)
      const { kind } = await undoChange(parts, req.params.token, about, keep)
      // Each redirect leads to an address without the link in it.
      switch (kind) {
        case 'dead':
          return await answerAgain(req, res, token, form)
        case 'new-password':
          return res.redirect(303, '/recover/new-password')
        case 'sessions-ended':
          await db.transaction((trx) => takeForm(trx, form, clock.now()))
          return leadToRecovery(res)
        default:
          return assertNever(kind)
      }
    })
}
