import { type Request, type RequestHandler, type Response, Router } from 'express'
import {
  proofOf,
  renewSession,
  requireAccount,
  requireFreshPassword,
} from '#server/accounts/sessions/browser-session.ts'
import { StaleProof } from '#server/core/faults.ts'
import { OtherSession } from '#server/kit/pages/faults.ts'
import { setFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { formDigestOf } from '#server/kit/web/sent-forms.ts'
import { findSentForm } from '#server/kit/web/sent-forms-store.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import { changeOwnPassword } from './change-own-password.ts'
import { isPresentPassword, judgeNewPassword } from './change-password.ts'
import { createOwnChangeLimit } from './own-change-limit.ts'

/** Without the password, of which nothing is kept but its verifier. */
const formOf = (req: Request, owner: { readonly id: string }) =>
  formDigestOf(req, { fields: [], owner: owner.id })

export function passwordRoutes(parts: WebParts): Router {
  const { pages, clock, hasher } = parts
  const fresh = requireFreshPassword(clock.now)
  const perAccount = createOwnChangeLimit(parts.limits)

  // Security: a form of another session sets nothing. The one that has done its work here gets the answer of the first.
  const ofThisSession: RequestHandler = async (req, res, next) => {
    if (!req.isFormOfOther) return next()
    const owner = ownerOf(req)
    const isAgain = owner && (await findSentForm(parts.db, formOf(req, owner), clock.now()))
    const typed = readFields(req, ['password']).password
    if (!isAgain || !(await isPresentPassword(parts, owner.id, typed)))
      throw new OtherSession('made in another session')
    res.redirect(303, '/account')
  }

  const showForm = (req: Request, res: Response, errors: FormError[] = []) =>
    pages.show(req, res, {
      id: 'password',
      view: 'accounts/password/password',
      errors,
    })

  return Router()
    .get('/.well-known/change-password', (_req, res) => res.redirect(303, '/account/password'))
    .get('/account/password', requireAccount(), fresh, (req, res) => showForm(req, res))
    .post('/account/password', requireAccount(), ofThisSession, fresh, async (req, res) => {
      const owner = ownerOf(req)
      if (!owner) return
      const form = formOf(req, owner)
      const judged = await judgeNewPassword(
        parts,
        owner,
        readFields(req, ['password']).password,
        'own change',
      )
      if (
        judged.kind === 'refused' &&
        judged.reason === 'same' &&
        (await findSentForm(parts.db, form, clock.now()))
      )
        return res.redirect(303, '/account')
      if (judged.kind === 'refused')
        return showForm(req, res, [{ field: 'password', reason: judged.reason }])
      await perAccount.demand(owner.id)
      const verifier = await hasher.hash(judged.password)
      const at = clock.now()
      const client = parts.client(req)
      const asking = { ...proofOf(req), client }
      try {
        const epoch = await changeOwnPassword(
          parts,
          asking,
          { plain: judged.password, verifier },
          at,
          form,
        )
        await renewSession(req, epoch, client, at)
      } catch (fault) {
        // Of two clicks at once the first has ended this session and begun another, which goes on.
        const isAgain = fault instanceof StaleProof && (await findSentForm(parts.db, form, at))
        if (!isAgain || !(await isPresentPassword(parts, owner.id, judged.password))) throw fault
      }
      setFlash(res, 'password-changed')
      res.redirect(303, '/account')
    })
}
