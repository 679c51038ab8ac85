// Serves the samples of the gallery with the portal's own headers, for tests that look with a browser.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { createSampleRenderer, findSample } from '#server/dev/gallery/gallery.ts'
import { findMailSample, paramsOf } from '#server/dev/gallery/mail-samples.ts'
import { sampleAddress } from '#server/dev/gallery/sample.ts'
import { createTexts, isLocale } from '#server/i18n/texts.ts'
import { loadAssets } from '#server/web/assets.ts'
import { securityHeaders } from '#server/web/headers.ts'
import { createViewEngine } from '#server/web/view-engine.ts'
import { createRendering } from './message-trial.ts'

const root = new URL('../..', import.meta.url).pathname

export async function serveGallery(): Promise<{ origin: string; close(): void }> {
  const { theme, serve } = loadAssets(`${root}public`, { name: 'Postern' })
  const render = createSampleRenderer({
    views: createViewEngine({ roots: [`${root}views`], cache: true }),
    texts: createTexts({ service: 'Postern', passwordMin: 12 }),
    theme,
    timeZone: 'Europe/Minsk',
  })
  const mails = createRendering()
  const app = express()
  app.use(securityHeaders(false))
  app.use(serve)
  app.get('/mail/:name/:state', (request, response) => {
    const sample = findMailSample(request.params.name, request.params.state)
    const locale = isLocale(request.query.lang) ? request.query.lang : 'en'
    response.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'")
    if (sample) response.send(mails.mail(sample.name, paramsOf(sample), locale, sampleAddress).html)
    else response.sendStatus(404)
  })
  app.get('/:page/:state', (request, response) => {
    const sample = findSample(request.params.page, request.params.state)
    const locale = isLocale(request.query.lang) ? request.query.lang : 'en'
    if (sample) response.send(render(sample, locale, request.path))
    else response.sendStatus(404)
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
