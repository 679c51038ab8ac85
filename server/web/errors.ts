// Turns what a handler threw into a page.
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { StaleProof } from '../accounts/change-account.ts'
import type { Clock } from '../core/clock.ts'
import { BusyError } from '../password/hasher.ts'
import { Forbidden, LimitReached, MalformedRequest, NotFound } from './faults.ts'
import type { Log } from './log.ts'
import type { Pages } from './pages.ts'

/** Ids of the pages that say what went wrong; their texts stand under the same names. */
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
}

/** Codes of PostgreSQL and of the network that mean: away or overloaded, try again. */
const awayCodes = new Set(
  `ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT ENOTFOUND EAI_AGAIN 08000 08001 08003 08006 57014 57P01 57P02 57P03 53300 55P03
  40001 40P01`.split(/\s+/),
)

const saysAway = (message: string) =>
  /Timeout acquiring a connection|Connection terminated|timeout expired|timeout exceeded|Unable to acquire|Connection ended|not queryable/i.test(
    message,
  )

function isAway(fault: unknown): boolean {
  if (!(fault instanceof Error)) return false
  const code = (fault as { code?: unknown }).code
  if (typeof code === 'string' && awayCodes.has(code)) return true
  if (fault instanceof AggregateError && fault.errors.some(isAway)) return true
  return saysAway(fault.message)
}

export function classify(fault: unknown): Failure {
  if (fault instanceof MalformedRequest) return { status: 400, kind: 'bad-request' }
  if (fault instanceof NotFound) return { status: 404, kind: 'not-found' }
  if (fault instanceof Forbidden) return { status: 403, kind: 'forbidden' }
  if (fault instanceof LimitReached) {
    const { retryAfterSeconds, href } = fault
    return { status: 429, kind: 'too-many-tries', retryAfterSeconds, href }
  }
  if (fault instanceof BusyError)
    return { status: 503, kind: 'unavailable', retryAfterSeconds: fault.retryAfterSeconds }
  if (isAway(fault)) return { status: 503, kind: 'unavailable', retryAfterSeconds: 5 }
  const { code, status } = (fault ?? {}) as { code?: unknown; status?: unknown }
  if (code === 'EBADCSRFTOKEN') return { status: 403, kind: 'forbidden' }
  if (status === 413) return { status, kind: 'too-large' }
  if (typeof status === 'number' && status >= 400 && status < 500) return { status, kind: 'bad-request' }
  return { status: 500, kind: 'error' }
}

export interface ErrorParts {
  readonly pages: Pages
  readonly log: Log
  readonly clock: Clock
}

export const pageNotFound: RequestHandler = (_req, _res, next) => next(new NotFound('no such page'))

export function errorHandler({ pages, log, clock }: ErrorParts): ErrorRequestHandler {
  return (fault, req, res, _next) => {
    // Security: what came with a proof of an earlier epoch was not done; whoever sits there signs in and looks.
    if (fault instanceof StaleProof && !res.headersSent) {
      log.info({ request: req.id, why: fault.message }, 'a request was turned away')
      return leadToSignIn(req, res)
    }
    const failure = classify(fault)
    if (failure.kind === 'error') log.error({ err: fault, request: req.id }, 'a request failed')
    // A full line is no fault to be traced, and in a flood the log would be the larger part of turning people away.
    else if (fault instanceof BusyError) log.info({ request: req.id, why: fault.message }, 'a request was turned away')
    else if (failure.kind === 'unavailable') log.warn({ err: fault, request: req.id }, 'a request was turned away')
    if (!res.headersSent) return showFailure(pages, clock, req, res, failure)
    // Too late for a page. Express itself would print the fault, with whatever values the database names in it.
    if (!res.writableEnded) res.destroy()
  }
}

function showFailure(
  pages: Pages,
  clock: Clock,
  req: Request,
  res: Response,
  { status, kind, retryAfterSeconds, href }: Failure,
): void {
  if (retryAfterSeconds !== undefined) res.setHeader('Retry-After', String(retryAfterSeconds))
  // A body that was not read to its end would be taken for the next request.
  if (kind === 'too-large') res.setHeader('Connection', 'close')
  req.locale ??= 'en'
  pages.show(req, res, {
    id: kind,
    view: 'errors/problem',
    status,
    locals: {
      href: kind === 'not-found' ? '/' : (href ?? pageOf(req)),
      retryAt:
        kind === 'too-many-tries' ? new Date(clock.now().getTime() + (retryAfterSeconds ?? 0) * 1000) : undefined,
      reference: kind === 'error' ? req.id : undefined,
    },
  })
}

/** Back to the page of the form after signing in, which says that the session has ended. */
function leadToSignIn(req: Request, res: Response): void {
  const page = pageOf(req)
  res.redirect(303, page === '/sign-in' ? page : `/sign-in?next=${encodeURIComponent(page)}`)
}

/** Ends of addresses that are deeds without a page of their own; the page with their button stands before them. */
const deed =
  /\/(?:[^/]+\/(?:end|keep|revoke)|again|end-others|remove|renew|revoke-all|sign-out|space|waiting-password\/stop)$/

/** Where "Try again" leads: the page that was asked for, or that the form stands on. */
function pageOf(req: Request): string {
  const path = req.path.replace(deed, '')
  // Security: neither a token in the path nor a path that is none of ours is repeated in a page.
  return /^(?:\/[a-z][a-z-]{0,30})+$/.test(path) ? path : '/'
}
