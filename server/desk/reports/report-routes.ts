import { type Request, type RequestHandler, type Response, Router } from 'express'
import { msPerHour, msPerSecond } from '#server/core/durations.ts'
import { letterLimits } from '#server/core/letters/letter.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import type { Limit } from '#server/kit/limits/limits.ts'
import { LimitReached } from '#server/kit/pages/faults.ts'
import { readFields } from '#server/kit/pages/forms.ts'
import { networkOf } from '#server/kit/web/client.ts'
import { cookieName } from '#server/kit/web/cookies.ts'
import { isHttps } from '#server/kit/web/parts.ts'
import { formDigestOf } from '#server/kit/web/sent-forms.ts'
import { showNoSuchLink } from '#server/recovery/dead-links/dead-link-page.ts'
import { describeProgress } from './describe-progress.ts'
import { fileForm, sentEmptyFile, sentFile } from './report-body.ts'
import {
  type FormRefusal,
  judgeReportForm,
  noteMaxChars,
  type ReportForm,
  sourceMaxChars,
} from './report-form.ts'
import { reportKinds } from './report-kind.ts'
import { findProgress, isProgressLink } from './report-progress.ts'
import { findSentReport, takeReport } from './take-report.ts'

const sentCookieOf = ({ settings }: DeskPageParts) => cookieName(isHttps(settings), 'report')

const perNetworkOf = ({ limits, settings }: DeskPageParts) =>
  limits.limit('reports', {
    points: settings.limitReportsPerIpHour,
    seconds: msPerHour / msPerSecond,
  })

/** Runs before the body parser of all other forms. */
export function reportBody(parts: DeskPageParts): RequestHandler {
  const perNetwork = perNetworkOf(parts)
  return fileForm({
    path: '/report',
    file: 'message_file',
    maxFileBytes: letterLimits.bytes,
    // Percent-encoding turns one byte into up to three.
    maxTextBytes: 3 * (sourceMaxChars + noteMaxChars) + 10_000,
    async admit(req) {
      const state = await perNetwork.look(networkOf(req.ip))
      if (state.kind === 'full') throw new LimitReached('reports', state.retryAfterSeconds)
    },
  })
}

const empty: ReportForm = { sender: '', kind: '', message_source: '', reporter: '', note: '' }

export function reportRoutes(parts: DeskPageParts): Router {
  const perNetwork = perNetworkOf(parts)
  return Router()
    .get('/report', (req, res) => {
      const asked = typeof req.query.sender === 'string' ? req.query.sender.slice(0, 320) : ''
      showForm(parts, req, res, { ...empty, sender: asked })
    })
    .post('/report', async (req, res) => await takeForm(parts, perNetwork, req, res))
    .get('/report/sent', async (req, res) => await showSent(parts, req, res))
    .get('/report/progress/:token', async (req, res) => {
      const progress = await findProgress(parts.desk, req.params.token)
      if (!progress) {
        const text = isProgressLink(parts.desk, req.params.token) ? 'report.gone' : 'unknown'
        return showNoSuchLink(parts.pages, req, res, { text, door: 'report' })
      }
      parts.pages.show(req, res, {
        id: 'report-progress',
        view: 'desk/reports/report-progress',
        locals: describeProgress(progress),
      })
    })
}

function showForm(
  { pages, settings }: DeskPageParts,
  req: Request,
  res: Response,
  form: ReportForm,
  errors: readonly FormRefusal[] = [],
): void {
  pages.show(req, res, {
    id: 'report',
    view: 'desk/reports/report',
    errors,
    values: { ...form },
    locals: { kinds: reportKinds, domain: settings.mailDomains[0] },
  })
}

async function takeForm(
  parts: DeskPageParts,
  perNetwork: Limit,
  req: Request,
  res: Response,
): Promise<void> {
  const { desk, settings } = parts
  const form = readFields(req, ['sender', 'kind', 'message_source', 'reporter', 'note'])
  const judged = judgeReportForm(form, sentFile(req), sentEmptyFile(req))
  if (judged.kind === 'refused') return showForm(parts, req, res, form, judged.refusals)
  const network = networkOf(req.ip)
  const sent = formDigestOf(req)
  // A second click gets the reference of the first, even if the limit is reached by now.
  const before = await findSentReport(desk, sent)
  if (!before) await perNetwork.demand(network)
  const report = {
    channel: 'form',
    kind: judged.reportKind,
    how: judged.source === null ? 'none' : 'source',
    source: judged.source,
    sender: judged.sender,
    reporter: judged.reporter,
    note: judged.note,
    locale: req.locale,
    network,
    acknowledge: true,
  } as const
  const taken = before ?? (await takeReport(desk, report, sent))
  res.cookie(sentCookieOf(parts), taken.progressToken, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isHttps(settings),
    maxAge: msPerHour,
  })
  res.redirect(303, '/report/sent')
}

async function showSent(parts: DeskPageParts, req: Request, res: Response): Promise<void> {
  const token = req.cookies?.[sentCookieOf(parts)]
  const progress = await findProgress(parts.desk, token)
  if (!progress) return res.redirect(303, '/report')
  const locals = { reference: progress.reference, progressHref: `/report/progress/${token}` }
  parts.pages.show(req, res, { id: 'report-sent', view: 'desk/reports/report-sent', locals })
}
