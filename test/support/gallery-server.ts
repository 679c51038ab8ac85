// Serves the samples of the gallery with the portal's own content policy, for tests that look with a browser.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { createSampleRenderer, findSample } from '#server/dev/gallery/gallery.ts'
import { createTexts, isLocale } from '#server/i18n/texts.ts'
import { loadAssets } from '#server/web/assets.ts'
import { createViewEngine } from '#server/web/view-engine.ts'

const root = new URL('../..', import.meta.url).pathname
const POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'"

export async function serveGallery(): Promise<{ origin: string; close(): void }> {
  const { theme, serve } = loadAssets(`${root}public`, { name: 'Postern' })
  const render = createSampleRenderer({
    views: createViewEngine({ roots: [`${root}views`], cache: true }),
    texts: createTexts({ service: 'Postern', passwordMin: 12 }),
    theme,
    timeZone: 'Europe/Minsk',
  })
  const app = express()
  app.use(serve)
  app.get('/:page/:state', (request, response) => {
    const sample = findSample(request.params.page, request.params.state)
    const locale = isLocale(request.query.lang) ? request.query.lang : 'en'
    response.set('Content-Security-Policy', POLICY)
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
