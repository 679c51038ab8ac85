// The development gallery: every page and mail in every state.
import { Router } from 'express'
import type { RenderMessage } from '#server/kit/messages/render.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import type { Pages } from '#server/kit/pages/pages.ts'
import { sampleAddress } from './sample.ts'

// Loaded with the first request, so that samples cost no memory before.
const gallery = () => import('./gallery.ts')
const mails = () => import('./mail-samples.ts')

export interface GalleryRouteParts {
  readonly pages: Pages
  readonly render: RenderMessage
}

export function galleryRoutes({ pages, render }: GalleryRouteParts): Router {
  const routes = Router()

  routes.get('/dev/pages', async (req, res) => {
    const { samples } = await gallery()
    const { mailSamples } = await mails()
    pages.show(req, res, {
      id: 'dev-pages',
      view: 'site/gallery/gallery',
      locals: {
        title: 'Pages',
        samples: Map.groupBy(samples, ({ page }) => page),
        mails: Map.groupBy(mailSamples, ({ name }) => name),
      },
    })
  })

  routes.get('/dev/pages/:page/:state', async (req, res) => {
    const { findSample, formOf, frameOf } = await gallery()
    const sample = findSample(req.params.page, req.params.state)
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
    const { findMailSample, paramsOf } = await mails()
    const sample = findMailSample(req.params.name, req.params.state)
    if (!sample) throw new NotFound('no such sample')
    const { text, html } = render.mail(sample.name, paramsOf(sample), req.locale, sampleAddress)
    if (req.query.as === 'text') return res.type('text/plain').send(text)
    // Mails carry their style inline, because most programs load nothing.
    return res
      .set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'")
      .send(html)
  })

  return routes
}
