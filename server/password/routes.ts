import { type Request, type Response, Router } from 'express'
import type { Trx } from '#db/connection.ts'
import { recordActivity } from '../activity/store.ts'
import { tellOwner } from '../contacts/tell-owner.ts'
import { tellDone } from '../web/done.ts'
import { type FormError, readFields } from '../web/forms.ts'
import type { WebParts } from '../web/parts.ts'
import { formDigestOf } from '../web/sent-forms.ts'
import { findSentForm, takeForm } from '../web/sent-forms-store.ts'
import { ownerOf, renewSession, requireAccount, requireFreshPassword } from '../web/sessions.ts'
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
      const apply = async (trx: Trx) => {
        const accountId = owner.id
        const event = 'password.changed'
        const password = { plain: judged.password, verifier }
        await changePassword(trx, parts, { accountId, password, at, keepAppPasswords: true })
        await recordActivity(trx, keyring, { accountId, event, details: {}, at, trace })
        await tellOwner(trx, parts, { accountId, name: 'password-changed', params: {}, change: event, at, trace })
      }
      const isFirst = await db.transaction(async (trx) => {
        if ((await takeForm(trx, form, at)).kind === 'again') return false
        await apply(trx)
        return true
      })
      // Of two clicks at once the session of the first goes on. What was typed into the same form later is another password.
      const isRepeated = !isFirst && (await isPresentPassword(parts, owner.id, judged.password))
      if (!isFirst && !isRepeated) await db.transaction(apply)
      if (!isRepeated) await renewSession(req, trace, at)
      tellDone(res, 'password-changed')
      res.redirect(303, '/account')
    })
}
