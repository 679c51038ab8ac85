// Turns what a handler threw into a page.

import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { isAway } from '#db/away.ts'
import type { Clock } from '#server/core/clock.ts'
import { msPerSecond } from '#server/core/durations.ts'
import { BusyError, StaleProof } from '#server/core/faults.ts'
import { chooseLocale } from '../../i18n/choose-locale.ts'
import type { Locale } from '../../i18n/texts.ts'
import { askerOf, type WebLog } from '../../log/security-log.ts'
import type { PageOf } from '../../web/form-page.ts'
import {
  BodyTooLarge,
  Forbidden,
  LimitReached,
  MalformedRequest,
  NotFound,
  OtherSession,
  RightMissing,
} from '../faults.ts'
import type { Pages } from '../pages.ts'
import { showOtherSession } from './other-session.ts'
import { fieldsToRepeat, hadSecret, typedIn } from './typed-fields.ts'
import { waysOnFrom } from './ways-on.ts'

export type ErrorKind =
  | 'bad-request'
  | 'forbidden'
  | 'not-found'
  | 'too-large'
  | 'too-many-tries'
  | 'unavailable'
  | 'error'

export interface Failure {
  readonly status: number
  readonly kind: ErrorKind
  readonly retryAfterSeconds?: number
  readonly href?: string | undefined
  readonly limit?: string
  readonly params?: LimitReached['params']
}

export function classify(fault: unknown): Failure {
  if (fault instanceof MalformedRequest) return { status: 400, kind: 'bad-request' }
  if (fault instanceof BodyTooLarge) return { status: 413, kind: 'too-large' }
  if (fault instanceof NotFound) return { status: 404, kind: 'not-found' }
  if (fault instanceof Forbidden) return { status: 403, kind: 'forbidden' }
  if (fault instanceof LimitReached) {
    const { limit, retryAfterSeconds, href, params } = fault
    return { status: 429, kind: 'too-many-tries', limit, retryAfterSeconds, href, params }
  }
  if (fault instanceof BusyError)
    return { status: 503, kind: 'unavailable', retryAfterSeconds: fault.retryAfterSeconds }
  if (isAway(fault)) return { status: 503, kind: 'unavailable', retryAfterSeconds: 5 }
  const { code, status } = (fault ?? {}) as { code?: unknown; status?: unknown }
  if (code === 'EBADCSRFTOKEN') return { status: 403, kind: 'forbidden' }
  if (status === 413) return { status, kind: 'too-large' }
  if (typeof status === 'number' && status >= 400 && status < 500)
    return { status, kind: 'bad-request' }
  return { status: 500, kind: 'error' }
}

export interface ErrorParts {
  readonly pages: Pages
  readonly pageOf: PageOf
  readonly log: WebLog
  readonly clock: Clock
  readonly settings: { readonly defaultLocale: Locale }
}

export const pageNotFound: RequestHandler = (_req, _res, next) => next(new NotFound('no such page'))

function logSecurity(log: WebLog, req: Request, fault: unknown, { status }: Failure): void {
  if (fault instanceof LimitReached) log.security({ event: 'limit.reached', ...askerOf(req) })
  else if (status === 403) {
    const what = fault instanceof Forbidden ? fault.message : 'form token'
    log.security({ event: 'right.refused', ...askerOf(req), what })
  }
}

export function errorHandler(parts: ErrorParts): ErrorRequestHandler {
  const { log } = parts
  return (fault, req, res, _next) => {
    // A stale proof has changed nothing. After a new sign-in the person sees the present state.
    if (fault instanceof StaleProof && !res.headersSent) {
      log.info({ request: req.id, why: fault.message }, 'a request was turned away')
      return keepAndLeadToSignIn(parts.pageOf(req), req, res)
    }
    const failure = classify(fault)
    logSecurity(log, req, fault, failure)
    if (failure.kind === 'error') log.error({ err: fault, request: req.id }, 'a request failed')
    // Not a warning: in a flood full queues would fill the log with warnings.
    else if (fault instanceof BusyError)
      log.info({ request: req.id, why: fault.message }, 'a request was turned away')
    else if (failure.kind === 'unavailable')
      log.warn({ err: fault, request: req.id }, 'a request was turned away')
    if (fault instanceof RightMissing && !res.headersSent)
      return showMissingRight(parts.pages, req, res)
    if (fault instanceof OtherSession) return showOtherSession(parts, req, res)
    if (!res.headersSent) return showFailure(parts, req, res, failure)
    // Express would print the fault, which may hold values of the database.
    if (!res.writableEnded) res.destroy()
  }
}

function showMissingRight(pages: Pages, req: Request, res: Response): void {
  const title = pages.textsFor(req)('forbidden.right.title')
  pages.show(req, res, {
    id: 'forbidden',
    view: 'errors/missing-right',
    status: 403,
    locals: { title },
  })
}

function showFailure(
  { pages, pageOf, clock, settings }: ErrorParts,
  req: Request,
  res: Response,
  { status, kind, limit, retryAfterSeconds, href, params }: Failure,
): void {
  if (retryAfterSeconds !== undefined) res.setHeader('Retry-After', String(retryAfterSeconds))
  // On an open connection the rest of an unread body would be taken for the next request.
  if (kind === 'too-large') res.setHeader('Connection', 'close')
  const acceptLanguage = req.headers['accept-language']
  req.locale ??= chooseLocale({ acceptLanguage, fallback: settings.defaultLocale }).locale
  pages.show(req, res, {
    id: kind,
    view: 'errors/problem',
    status,
    locals: {
      href: kind === 'not-found' ? '/' : (href ?? pageOf(req)),
      reference: kind === 'error' ? req.id : undefined,
      ways: waysOnFrom(req),
      ...(limit !== undefined && {
        titleKey: `limit.${limit}.title`,
        limit,
        limitParams: params,
        waitSeconds: retryAfterSeconds,
        retryAt: new Date(clock.now().getTime() + (retryAfterSeconds ?? 0) * msPerSecond),
        typed: typedIn(req),
        isSecretDue: hadSecret(req),
        repeat: href === undefined ? fieldsToRepeat(req) : undefined,
      }),
    },
  })
}

function keepAndLeadToSignIn(page: string, req: Request, res: Response): void {
  const kept = req.keepDraft?.(res, { path: page, shownAt: 'next-look' }) ?? Promise.resolve()
  kept.catch(() => {}).finally(() => leadToSignIn(page, res))
}

/** The sign-in page says that the session has ended. */
function leadToSignIn(page: string, res: Response): void {
  res.redirect(303, page === '/sign-in' ? page : `/sign-in?next=${encodeURIComponent(page)}`)
}
