// The development gallery: every page and mail in every state.
import { Router } from 'express'
import type { AllSamples } from '#server/kit/feature.ts'
import type { RenderMessage } from '#server/kit/messages/rendering/render.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import type { Pages } from '#server/kit/pages/pages.ts'

// Loaded with the first request, since samples need much memory.
const gallery = () => import('./gallery.ts')

export interface GalleryRouteParts {
  readonly pages: Pages
  readonly render: RenderMessage
  readonly loadSamples: () => Promise<AllSamples>
}

export function galleryRoutes({ pages, render, loadSamples }: GalleryRouteParts): Router {
  const routes = Router()

  routes.get('/dev/pages', async (req, res) => {
    const { mailSamplesOf } = await gallery()
    const all = await loadSamples()
    pages.show(req, res, {
      id: 'dev-pages',
      view: 'site/gallery/gallery',
      locals: {
        title: 'Pages',
        samples: Map.groupBy(all.samples, ({ page }) => page),
        mails: Map.groupBy(mailSamplesOf(all), ({ name }) => name),
      },
    })
  })

  routes.get('/dev/pages/:page/:state', async (req, res) => {
    const { page, state } = req.params
    const { findSample, formOf, frameOf } = await gallery()
    const sample = findSample(await loadSamples(), page, state)
    if (!sample) throw new NotFound('no such sample')
    pages.show(req, res, {
      id: sample.page,
      view: sample.view,
      ...(sample.layout ? { layout: sample.layout } : {}),
      status: 200,
      ...formOf(sample),
      locals: { ...frameOf(sample), ...sample.locals },
    })
  })

  routes.get('/dev/pages/mail/:name/:state', async (req, res) => {
    const { name, state } = req.params
    const { findMailSample, renderMailSample } = await gallery()
    const all = await loadSamples()
    const sample = findMailSample(all, name, state)
    if (!sample) throw new NotFound('no such sample')
    const { text, html } = await renderMailSample(render, all, sample, req.locale)
    if (req.query.as === 'text') return res.type('text/plain').send(text)
    // Mails carry their style inline, since most mail programs load no style sheets.
    return res
      .set(
        'Content-Security-Policy',
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'",
      )
      .send(html)
  })

  return routes
}
