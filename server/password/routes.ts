import { type Request, type Response, Router } from 'express'
import { type AccountTrx, changeAccount, StaleProof } from '../accounts/change-account.ts'
import { recordActivity } from '../activity/store.ts'
import { tellOwner } from '../contacts/tell-owner.ts'
import { linksToReplace } from '../undo/offer-undo.ts'
import { tellDone } from '../web/done.ts'
import { type FormError, readFields } from '../web/forms.ts'
import type { WebParts } from '../web/parts.ts'
import { formDigestOf } from '../web/sent-forms.ts'
import { findSentForm, takeForm } from '../web/sent-forms-store.ts'
import { ownerOf, proofOf, renewSession, requireAccount, requireFreshPassword } from '../web/sessions.ts'
import { changePassword, isPresentPassword, judgeNewPassword } from './change-password.ts'

export function passwordRoutes(parts: WebParts): Router {
  const { pages, db, clock, keyring, hasher } = parts
  const fresh = requireFreshPassword(clock.now)
  // Each change sends messages.
  const perAccount = parts.limits.limiter('password-changes', { points: 20, seconds: 86_400 })

  const showForm = (req: Request, res: Response, errors: FormError[] = []) =>
    pages.show(req, res, {
      id: 'password',
      view: 'password/password',
      errors,
    })

  return Router()
    .get('/.well-known/change-password', (_req, res) => res.redirect(303, '/account/password'))
    .get('/account/password', requireAccount(), fresh, (req, res) => showForm(req, res))
    .post('/account/password', requireAccount(), fresh, async (req, res) => {
      const owner = ownerOf(req)
      if (!owner) return
      // Without the password, of which nothing is kept but its verifier.
      const form = formDigestOf(req, [])
      const judged = await judgeNewPassword(parts, owner, readFields(req, ['password']).password)
      if (judged.kind === 'refused' && judged.reason === 'same' && (await findSentForm(db, form, clock.now())))
        return res.redirect(303, '/account')
      if (judged.kind === 'refused') return showForm(req, res, [{ field: 'password', reason: judged.reason }])
      await perAccount.demand(owner.id)
      const verifier = await hasher.hash(judged.password)
      const at = clock.now()
      const trace = parts.trace(req)
      const proof = proofOf(req)
      const apply = async (trx: AccountTrx): Promise<number> => {
        const { accountId } = proof
        const event = 'password.changed'
        const replaces = await linksToReplace(trx, parts, accountId, at)
        const password = { plain: judged.password, verifier }
        const change = { accountId, password, at, voidsLinks: true, keepAppPasswords: true }
        const begun = await changePassword(trx, parts, change)
        await recordActivity(trx, keyring, { accountId, event, details: {}, at, trace })
        const notice = { accountId, name: 'password-changed', params: {}, change: event } as const
        await tellOwner(trx, parts, { ...notice, replaces, at, trace })
        await takeForm(trx, form, at)
        return begun
      }
      try {
        await renewSession(req, await changeAccount(db, proof, apply), trace, at)
      } catch (fault) {
        // Of two clicks at once the first has ended this session and begun another, which goes on.
        const isAgain = fault instanceof StaleProof && (await findSentForm(db, form, at))
        if (!isAgain || !(await isPresentPassword(parts, owner.id, judged.password))) throw fault
      }
      tellDone(res, 'password-changed')
      res.redirect(303, '/account')
    })
}
