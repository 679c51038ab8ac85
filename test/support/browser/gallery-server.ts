// Serves the gallery's samples with the portal's headers, for browser tests.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { createTexts, isLocale, type TextParams, type Texts } from '#server/kit/i18n/texts.ts'
import { loadAssets } from '#server/kit/pages/assets.ts'
import { createViewEngine } from '#server/kit/pages/view-engine.ts'
import { securityHeaders } from '#server/kit/web/headers.ts'
import { menus } from '#server/menus.ts'
import {
  createSampleRenderer,
  findMailSample,
  findSample,
  renderMailSample,
} from '#server/site/gallery/gallery.ts'
import { textTrees } from '#server/texts.ts'
import { gallerySamples } from '../gallery-samples.ts'
import { createRendering } from '../messages/message-trial.ts'

const root = new URL('../../..', import.meta.url).pathname

/** GET `/empty`, `/PAGE/STATE?lang=` and `/mail/NAME/STATE?lang=`. `longer` lengthens all texts. */
export async function serveGallery(): Promise<{ origin: string; close(): void }> {
  const { theme, serve } = loadAssets(`${root}public`, { name: 'Postern' })
  const texts = createTexts(textTrees, { service: 'Postern', passwordMin: 12 })
  const rendererOf = (words: Texts) =>
    // Each has its own engine, because an engine caches parts by language.
    createSampleRenderer({
      views: createViewEngine({ roots: [`${root}views`], cache: true }),
      texts: words,
      theme,
      menus,
      timeZone: 'Europe/Minsk',
    })
  const render = rendererOf(texts)
  const renderLonger = rendererOf({
    ...texts,
    in: (locale) =>
      Object.assign((key: string, params?: TextParams) => lengthen(texts.t(locale, key, params)), {
        has: texts.in(locale).has,
      }),
  })
  const mails = createRendering()
  const app = express()
  app.use(securityHeaders(false))
  app.use(serve)
  app.get('/empty', (_request, response) => void response.send('<!doctype html><title>-</title>'))
  app.get('/mail/:name/:state', async (request, response) => {
    const { name, state } = request.params
    const sample = findMailSample(gallerySamples, name, state)
    const locale = isLocale(request.query.lang) ? request.query.lang : 'en'
    response.set(
      'Content-Security-Policy',
      "default-src 'none'; img-src data:; style-src 'unsafe-inline'",
    )
    if (!sample) return void response.sendStatus(404)
    const { html } = await renderMailSample(mails, gallerySamples, sample, locale)
    response.send(html)
  })
  app.get('/:page/:state', (request, response) => {
    const { page, state } = request.params
    const sample = findSample(gallerySamples, page, state)
    const locale = isLocale(request.query.lang) ? request.query.lang : 'en'
    const words = request.query.longer === undefined ? render : renderLonger
    if (sample) response.send(words(sample, locale, request.path))
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

/** Makes every word a third longer, as a translation may be: `Anmelden` → `Anmeldennen`. */
export const lengthen = (text: string): string =>
  text.replace(/\p{L}{3,}/gu, (word) => word + word.slice(-Math.ceil(word.length * 0.3)))
