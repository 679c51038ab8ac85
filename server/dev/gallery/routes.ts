// GET /dev/pages: every page in every state. Mounted in development only.
import { Router } from 'express'
import { NotFound } from '../../web/faults.ts'
import type { Pages } from '../../web/pages.ts'
import { findSample, frameOf, samples } from './gallery.ts'

export function galleryRoutes({ pages }: { readonly pages: Pages }): Router {
  const routes = Router()

  routes.get('/dev/pages', (req, res) =>
    pages.show(req, res, {
      id: 'dev-pages',
      view: 'dev/gallery',
      locals: { title: 'Pages', samples: Map.groupBy(samples, (sample) => sample.page) },
    }),
  )

  routes.get('/dev/pages/:page/:state', (req, res) => {
    const sample = findSample(req.params.page, req.params.state)
    if (!sample) throw new NotFound('no such sample')
    pages.show(req, res, {
      id: sample.page,
      view: sample.view,
      status: 200,
      locals: { ...frameOf(sample), ...sample.locals },
    })
  })

  return routes
}
