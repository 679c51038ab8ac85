import { type Request, type Response, Router } from 'express'
import { changeAccount } from '../accounts/change-account.ts'
import { recordActivity } from '../activity/store.ts'
import { tellOwner } from '../contacts/tell-owner.ts'
import { linksToReplace } from '../undo/offer-undo.ts'
import { tellDone } from '../web/done.ts'
import { type FormError, readFields } from '../web/forms.ts'
import type { WebParts } from '../web/parts.ts'
import { ownerOf, proofOf, renewSession, requireAccount, requireFreshPassword } from '../web/sessions.ts'
import { changePassword, judgeNewPassword } from './change-password.ts'

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
      const judged = judgeNewPassword(parts, owner.address, readFields(req, ['password']).password)
      if (judged.kind === 'refused') return showForm(req, res, [{ field: 'password', reason: judged.reason }])
      await perAccount.demand(owner.id)
      const verifier = await hasher.hash(judged.password)
      const at = clock.now()
      const trace = parts.trace(req)
      const epoch = await changeAccount(db, proofOf(req), async (trx) => {
        const accountId = owner.id
        const event = 'password.changed'
        const replaces = await linksToReplace(trx, parts, accountId, at)
        const password = { plain: judged.password, verifier }
        const begun = await changePassword(trx, parts, {
          accountId,
          password,
          at,
          voidsLinks: true,
          keepAppPasswords: true,
        })
        await recordActivity(trx, keyring, { accountId, event, details: {}, at, trace })
        const notice = { accountId, name: 'password-changed', params: {}, change: event } as const
        await tellOwner(trx, parts, { ...notice, replaces, at, trace })
        return begun
      })
      await renewSession(req, epoch, trace, at)
      tellDone(res, 'password-changed')
      res.redirect(303, '/account')
    })
}
