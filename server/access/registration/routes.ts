import type { Request, Response } from 'express'
import { Router } from 'express'
import type { AccessParts } from '#server/access/parts.ts'
import { firstEpoch } from '#server/accounts/accounts/change-account.ts'
import {
  accountOf,
  requireAccount,
  startSession,
} from '#server/accounts/sessions/browser-session.ts'
import { keepDevice } from '#server/accounts/sessions/device-cookie.ts'
import type { NewSession } from '#server/accounts/sessions/store.ts'
import { createSignInLimits } from '#server/accounts/sign-in-limits/sign-in-limits.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { readFields } from '#server/kit/pages/forms.ts'
import { networkOf } from '#server/kit/web/client.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import { describeMailbox } from '#server/mail/mailboxes/describe-mailbox.ts'
import { findMailboxProgress } from '#server/mail/mailboxes/store.ts'
import { completeSignIn } from '../sign-in/sign-in.ts'
import {
  type JudgedRegistration,
  judgeRegistration,
  type Refusal,
  registerAccount,
} from './register-account.ts'
import { createRegistrationLimit } from './registration-limits.ts'
import { repeatRegistration } from './repeat-registration.ts'
import { suggestNames } from './suggest-names.ts'

type Acceptable = Extract<JudgedRegistration, { kind: 'ok' }>

export function registrationRoutes(parts: AccessParts): Router {
  const { pages, settings } = parts
  const countRegistration = createRegistrationLimit(parts)

  const showForm = (
    req: Request,
    res: Response,
    form = { login: '', domain: '' },
    errors: readonly Refusal[] = [],
    suggestions: readonly string[] = [],
  ) =>
    pages.show(req, res, {
      id: 'register',
      view: 'access/registration/register',
      errors,
      values: { login: form.login, domain: form.domain },
      sameForAll: errors.length === 0 && form.login === '' && form.domain === '',
      locals: { domains: settings.mailDomains, passwordMin: settings.passwordMin, suggestions },
    })

  const { limitSignInFailures, limitSignInFailuresPerNetworkHour: ofNetwork } = settings
  const signInLimits = createSignInLimits(
    parts.limits,
    parts.keyring,
    limitSignInFailures,
    ofNetwork,
  )
  const signIns = { ...parts, signInLimits }

  async function signInAgain(
    req: Request,
    judged: Acceptable,
    device: Buffer,
    client: ClientInfo,
  ): Promise<boolean> {
    const again = await repeatRegistration(signIns, judged, device, client, networkOf(req.ip))
    if (!again) return false
    const complete = (session: NewSession) =>
      completeSignIn(signIns, again, device, client, session)
    await startSession(
      req,
      { accountId: again.account.id, epoch: again.account.epoch },
      client,
      parts.clock.now(),
      complete,
    ).finally(again.leave)
    return true
  }

  return Router()
    .get('/register', (req, res) => {
      if (ownerOf(req)) return res.redirect(303, '/account')
      // A suggested free name comes back by a link.
      const asked = typeof req.query.login === 'string' ? req.query.login.slice(0, 64) : ''
      showForm(req, res, {
        login: asked,
        domain: typeof req.query.domain === 'string' ? req.query.domain : '',
      })
    })
    .post('/register', async (req, res) => {
      const form = readFields(req, ['login', 'domain', 'password'])
      const judged = judgeRegistration(parts, form)
      if (judged.kind === 'refused') return showForm(req, res, form, judged.refusals)
      const client = parts.client(req)
      const device = keepDevice(parts, req, res)
      if (await signInAgain(req, judged, device, client))
        return res.redirect(303, '/account/welcome')
      await countRegistration(req.ip)
      const registered = await registerAccount(parts, judged, {
        locale: req.locale,
        client,
        device,
      })
      if (registered.kind === 'taken') {
        // Of two clicks at once the other one was faster.
        if (await signInAgain(req, judged, device, client))
          return res.redirect(303, '/account/welcome')
        const free = await suggestNames(parts, judged)
        return showForm(req, res, form, [{ field: 'login', reason: 'taken' }], free)
      }
      await startSession(
        req,
        { accountId: registered.accountId, epoch: firstEpoch },
        client,
        parts.clock.now(),
      )
      res.redirect(303, '/account/welcome')
    })
    .get('/account/welcome', requireAccount(), async (req, res) => {
      const { id } = accountOf(req)
      const progress = await findMailboxProgress(parts.db, id)
      if (!progress) throw new NotFound('an account without a mailbox')
      const described = await parts.methods.describe(parts.db, id, parts.clock.now())
      const methods = described.filter(({ state }) => state === 'none' || state === 'pending')
      const locals = { mailbox: describeMailbox(progress), methods }
      pages.show(req, res, { id: 'welcome', view: 'access/registration/welcome', locals })
    })
}
