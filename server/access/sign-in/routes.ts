import { type Request, type Response, Router } from 'express'
import type { AccessParts } from '#server/access/parts.ts'
import { strengthenPassword } from '#server/accounts/password/strengthen-password.ts'
import {
  refreshSession,
  requireAccount,
  sessionCookieName,
  sessionDigestOf,
  startSession,
  stopSession,
} from '#server/accounts/sessions/browser-session.ts'
import { keepDevice } from '#server/accounts/sessions/device-cookie.ts'
import type { NewSession } from '#server/accounts/sessions/store.ts'
import { createSignInLimits } from '#server/accounts/sign-in-limits/sign-in-limits.ts'
import { assertNever } from '#server/core/assert-never.ts'
import { askerOf } from '#server/kit/log/security-log.ts'
import { LimitReached } from '#server/kit/pages/faults.ts'
import { type FormError, parseNext, readFields } from '#server/kit/pages/forms.ts'
import { isHttps } from '#server/kit/web/parts.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import { keepBlocked } from './blocked-cookie.ts'
import { confirmPassword } from './confirm-password.ts'
import { createAuthenticator } from './passport.ts'
import { completeSignIn, typedAddress } from './sign-in.ts'
import { signOut } from './sign-out.ts'

/** The address of a form, with `next` even after the form was sent, so that a switch of the language does not lose it. */
const withNext = (path: string, next: string) =>
  next ? `${path}?${new URLSearchParams({ next })}` : path

export function signInRoutes(web: AccessParts): Router {
  const { pages, settings, client } = web
  const { limitSignInFailures, limitSignInFailuresPerNetworkHour: ofNetwork } = settings
  const signInLimits = createSignInLimits(web.limits, web.keyring, limitSignInFailures, ofNetwork)
  const parts = { ...web, signInLimits }
  const { authenticate } = createAuthenticator(parts, client)

  /** Why the visitor was led here, for the first sight of the page. */
  const noticeOf = (req: Request, next: string) =>
    next && (req.cookies?.[sessionCookieName(isHttps(settings))] ? 'ended' : 'first')

  const showForm = (
    req: Request,
    res: Response,
    values: { login: string; next: string },
    errors: FormError[] = [],
  ) =>
    pages.show(req, res, {
      id: 'sign-in',
      view: 'access/sign-in/sign-in',
      errors,
      values,
      sameForAll: errors.length === 0 && values.login === '' && values.next === '',
      locals: {
        next: values.next,
        path: withNext('/sign-in', values.next),
        notice: errors.length > 0 ? '' : noticeOf(req, values.next),
      },
    })

  const showConfirm = (req: Request, res: Response, next: string, errors: FormError[] = []) =>
    pages.show(req, res, {
      id: 'confirm-password',
      view: 'access/sign-in/confirm-password',
      errors,
      locals: { next, path: withNext('/account/confirm-password', next) },
    })

  return Router()
    .get('/sign-in', (req, res) => {
      const next = parseNext(req.query.next) ?? ''
      if (ownerOf(req)) return res.redirect(303, next || '/account')
      showForm(req, res, { login: '', next })
    })
    .post('/sign-in', async (req, res) => {
      const form = readFields(req, ['login', 'password', 'next'])
      const next = parseNext(form.next)
      const typed = { login: form.login, next: next ?? '' }
      if (form.login === '')
        return showForm(req, res, typed, [{ field: 'login', reason: 'missing' }])
      if (form.password === '')
        return showForm(req, res, typed, [{ field: 'password', reason: 'missing' }])
      req.about = typedAddress(form.login, settings.mailDomains)
      const outcome = await authenticate(req, res)
      switch (outcome.kind) {
        case 'signed-in': {
          const { account, leave } = outcome
          const from = client(req)
          const device = keepDevice(web, req, res)
          const complete = (session: NewSession) =>
            completeSignIn(parts, outcome, device, from, session)
          const proof = { accountId: account.id, epoch: account.epoch }
          await startSession(req, proof, from, web.clock.now(), complete).finally(leave)
          await strengthenPassword(web, account, form.password)
          return res.redirect(303, next ?? '/account')
        }
        case 'wrong':
          web.log.security({ event: 'sign-in.failed', ...askerOf(req) })
          return showForm(req, res, typed, [
            { field: 'password', reason: 'wrong', params: { form: 'both' } },
          ])
        case 'blocked':
          web.log.security({ event: 'sign-in.refused', ...askerOf(req), what: 'blocked' })
          if (await web.explainsBlock(outcome.account.id)) {
            keepBlocked(web, res, outcome.account)
            return res.redirect(303, '/blocked')
          }
          return showForm(req, res, typed, [{ field: 'login', reason: 'blocked' }])
        case 'wait':
          throw new LimitReached(outcome.retryAfterSeconds)
        default:
          return assertNever(outcome)
      }
    })
    .post('/sign-out', async (req, res) => {
      const owner = ownerOf(req)
      if (owner) {
        await signOut(web, owner.id, client(req), sessionDigestOf(req))
        await stopSession(req)
      }
      // Cached pages and anything a browser kept of the account go too (W3C Clear Site Data).
      res.setHeader('Clear-Site-Data', '"cache", "storage"')
      res.redirect(303, '/')
    })
    .get('/account/confirm-password', requireAccount(), (req, res) =>
      showConfirm(req, res, parseNext(req.query.next) ?? '/account'),
    )
    .post('/account/confirm-password', requireAccount('/account'), async (req, res) => {
      const form = readFields(req, ['password', 'next'])
      const next = parseNext(form.next) ?? '/account'
      if (form.password === '')
        return showConfirm(req, res, next, [{ field: 'password', reason: 'missing' }])
      const address = ownerOf(req)?.address ?? ''
      const outcome = await confirmPassword(parts, address, form.password, client(req))
      if (outcome.kind === 'wait') throw new LimitReached(outcome.retryAfterSeconds)
      if (outcome.kind === 'wrong') {
        web.log.security({ event: 'password.wrong', ...askerOf(req) })
        return showConfirm(req, res, next, [
          { field: 'password', reason: 'wrong', params: { form: 'password' } },
        ])
      }
      await refreshSession(req, web.clock.now())
      res.redirect(303, next)
    })
}
