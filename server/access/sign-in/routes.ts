import { type Request, type RequestHandler, type Response, Router } from 'express'
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
import {
  forgetTypedName,
  keepTypedName,
  typedNameOf,
} from '#server/accounts/sessions/typed-name-cookie.ts'
import {
  createSignInLimits,
  type SignInLimits,
} from '#server/accounts/sign-in-limits/sign-in-limits.ts'
import { assertNever } from '#server/core/assert-never.ts'
import { askerOf } from '#server/kit/log/security-log.ts'
import { LimitReached } from '#server/kit/pages/faults.ts'
import { setFlash } from '#server/kit/pages/flash.ts'
import { type FormError, parseNext, readFields } from '#server/kit/pages/forms.ts'
import { formOf } from '#server/kit/web/form-page.ts'
import { isHttps } from '#server/kit/web/parts.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import { forgetClosing, keepClosing } from '../closing/closing-cookie.ts'
import { keepBlocked } from './blocked-cookie.ts'
import { confirmPassword } from './confirm-password.ts'
import { createAuthenticator } from './passport.ts'
import { completeSignIn, type SignedIn, typedAddress } from './sign-in.ts'
import { signOut } from './sign-out.ts'

/** A switch of the language opens the form's address, so it has to keep `next`. */
const withNext = (path: string, next: string) =>
  next ? `${path}?${new URLSearchParams({ next })}` : path

type SignInParts = AccessParts & { readonly signInLimits: SignInLimits }

interface Typed {
  readonly login: string
  readonly mine?: string
  readonly next: string
}

/** Why a page sent the visitor here: the session has `ended`, or there was none (`first`). */
function noticeOf({ settings }: SignInParts, req: Request, next: string): string {
  if (!next) return ''
  return req.cookies?.[sessionCookieName(isHttps(settings))] ? 'ended' : 'first'
}

function showSignIn(
  parts: SignInParts,
  req: Request,
  res: Response,
  typed: Typed,
  errors: readonly FormError[] = [],
) {
  const { login, next, mine = '' } = typed
  const isFirst = errors.length === 0
  parts.pages.show(req, res, {
    id: 'sign-in',
    view: 'access/sign-in/sign-in',
    errors,
    values: { login, next, mine },
    sameForAll: isFirst && login === '' && next === '',
    locals: {
      next,
      path: withNext('/sign-in', next),
      days: parts.settings.knownSessionDays,
      notice: isFirst ? noticeOf(parts, req, next) : '',
    },
  })
}

async function beginSignedIn(
  parts: SignInParts,
  req: Request,
  res: Response,
  signedIn: Extract<SignedIn, { kind: 'signed-in' }>,
  { password, isMine }: { readonly password: string; readonly isMine: boolean },
): Promise<void> {
  const { account, leave } = signedIn
  const client = parts.client(req)
  const device = keepDevice(parts, req, res)
  const write = (session: NewSession) => completeSignIn(parts, signedIn, device, client, session)
  const proof = { accountId: account.id, epoch: account.epoch }
  await startSession(req, proof, client, parts.clock.now(), { write, isMine }).finally(leave)
  await strengthenPassword(parts, account, password)
}

function submitSignIn(parts: SignInParts): RequestHandler {
  const { log, settings } = parts
  const { authenticate } = createAuthenticator(parts, parts.client)

  return async (req, res) => {
    const form = readFields(req, ['login', 'password', 'next', 'mine'])
    const { login, password, mine } = form
    const next = parseNext(form.next)
    const refuse = (error: FormError) =>
      showSignIn(parts, req, res, { login, next: next ?? '', mine }, [error])
    if (login === '') return refuse({ field: 'login', reason: 'missing' })
    keepTypedName(parts, res, login)
    if (password === '') return refuse({ field: 'password', reason: 'missing' })
    req.about = typedAddress(login, settings.mailDomains)
    const outcome = await authenticate(req, res)
    switch (outcome.kind) {
      case 'signed-in':
        await beginSignedIn(parts, req, res, outcome, { password, isMine: mine === 'on' })
        forgetTypedName(parts, req, res)
        return res.redirect(303, next ?? '/account')
      case 'wrong':
        log.security({ event: 'sign-in.failed', ...askerOf(req) })
        return refuse({ field: 'password', reason: 'wrong', params: { form: 'both' } })
      case 'blocked':
        log.security({ event: 'sign-in.refused', ...askerOf(req), what: 'blocked' })
        keepBlocked(parts, res, outcome.account)
        return res.redirect(303, '/blocked')
      case 'closing':
        log.security({ event: 'sign-in.refused', ...askerOf(req), what: 'closing' })
        keepClosing(parts, res, outcome.account, parts.clock.now())
        return res.redirect(303, '/account/closed')
      case 'wait':
        throw new LimitReached('sign-in', outcome.retryAfterSeconds)
      default:
        return assertNever(outcome)
    }
  }
}

const submitSignOut =
  (parts: SignInParts): RequestHandler =>
  async (req, res) => {
    const owner = ownerOf(req)
    if (owner) {
      await signOut(parts, owner.id, parts.client(req), sessionDigestOf(req))
      await stopSession(req)
    }
    setFlash(res, 'signed-out')
    // Security: A person who leaves a closing mailbox leaves nothing in the browser that opens it.
    forgetClosing(parts, res)
    req.dropDraft?.(res)
    forgetTypedName(parts, req, res)
    // W3C Clear Site Data: the browser also forgets cached pages of the account.
    res.setHeader('Clear-Site-Data', '"cache", "storage"')
    res.redirect(303, '/')
  }

const showConfirm = (
  { pages }: SignInParts,
  req: Request,
  res: Response,
  next: string,
  errors: readonly FormError[] = [],
) =>
  pages.show(req, res, {
    id: 'confirm-password',
    view: 'access/sign-in/confirm-password',
    errors,
    locals: { next, path: withNext('/account/confirm-password', next) },
  })

const submitConfirm =
  (parts: SignInParts): RequestHandler =>
  async (req, res) => {
    const form = readFields(req, ['password', 'next'])
    const next = parseNext(form.next) ?? '/account'
    const refuse = (error: FormError) => showConfirm(parts, req, res, next, [error])
    if (form.password === '') return refuse({ field: 'password', reason: 'missing' })
    const address = ownerOf(req)?.address ?? ''
    const outcome = await confirmPassword(parts, address, form.password, parts.client(req))
    if (outcome.kind === 'wait') throw new LimitReached('sign-in', outcome.retryAfterSeconds)
    if (outcome.kind === 'wrong') {
      parts.log.security({ event: 'password.wrong', ...askerOf(req) })
      return refuse({ field: 'password', reason: 'wrong', params: { form: 'password' } })
    }
    await refreshSession(req, parts.clock.now())
    res.redirect(303, next)
  }

export function signInRoutes(access: AccessParts): Router {
  const { limits, keyring, settings } = access
  const { limitSignInFailures, limitSignInFailuresPerNetworkHour: ofNetwork } = settings
  const signInLimits = createSignInLimits(limits, keyring, limitSignInFailures, ofNetwork)
  const parts = { ...access, signInLimits }

  return Router()
    .get('/sign-in', (req, res) => {
      const next = parseNext(req.query.next) ?? ''
      if (ownerOf(req)) return res.redirect(303, next || '/account')
      showSignIn(parts, req, res, { login: typedNameOf(parts, req), next })
    })
    .post('/sign-in', submitSignIn(parts))
    .post('/sign-out', formOf('/'), submitSignOut(parts))
    .get('/account/confirm-password', requireAccount(), (req, res) =>
      showConfirm(parts, req, res, parseNext(req.query.next) ?? '/account'),
    )
    .post('/account/confirm-password', requireAccount('/account'), submitConfirm(parts))
}
