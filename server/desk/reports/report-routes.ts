import { type Request, type RequestHandler, type Response, Router } from 'express'
import { letterLimits } from '#server/core/letters/letter.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { LimitReached } from '#server/kit/pages/faults.ts'
import { networkOf } from '#server/kit/web/client.ts'
import { showNoSuchLink } from '#server/recovery/dead-links/dead-link-page.ts'
import { describeProgress } from './describe-progress.ts'
import { fileForm } from './form/report-body.ts'
import { noteMaxChars, sourceMaxChars } from './form/report-form.ts'
import { nameLimit, openForm, perNetworkOf, sentCookieOf, takeForm } from './form/report-page.ts'
import { findProgress, isProgressLink } from './report-progress.ts'

/** Runs before the body parser of all other forms. */
export function reportBody(parts: DeskPageParts): RequestHandler {
  const perNetwork = perNetworkOf(parts)
  return fileForm({
    path: '/report',
    file: 'message_file',
    maxFileBytes: letterLimits.takenBytes,
    // Percent-encoding turns one byte into up to three.
    maxTextBytes: 3 * (sourceMaxChars + noteMaxChars) + 10_000,
    async admit(req) {
      const state = await perNetwork.look(networkOf(req.ip))
      if (state.kind !== 'full') return undefined
      return nameLimit(parts, new LimitReached('reports', state.retryAfterSeconds))
    },
  })
}

export function reportRoutes(parts: DeskPageParts): Router {
  return Router()
    .get('/report', async (req, res) => await openForm(parts, req, res))
    .post('/report', async (req, res) => await takeForm(parts, req, res))
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
        locals: {
          ...describeProgress(progress),
          wordsHref: progress.hasWords ? `/words/report/${req.params.token}` : undefined,
        },
      })
    })
}

async function showSent(parts: DeskPageParts, req: Request, res: Response): Promise<void> {
  const token = req.cookies?.[sentCookieOf(parts)]
  const progress = await findProgress(parts.desk, token)
  if (!progress) return res.redirect(303, '/report')
  const locals = { reference: progress.reference, progressHref: `/report/progress/${token}` }
  parts.pages.show(req, res, { id: 'report-sent', view: 'desk/reports/report-sent', locals })
}
