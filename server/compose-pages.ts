// A part of compose.ts: what renders pages and messages.
import { fileURLToPath } from 'node:url'
import type { Clock } from './core/clock.ts'
import { createFormats } from './kit/i18n/format.ts'
import { createTexts } from './kit/i18n/texts.ts'
import { createMessageRendering } from './kit/messages/rendering/render.ts'
import { loadAssets } from './kit/pages/assets.ts'
import { createKeptPages } from './kit/pages/kept-pages.ts'
import { createPages } from './kit/pages/pages.ts'
import { createViewEngine } from './kit/pages/view-engine.ts'
import { loadMessages } from './load-messages.ts'
import { menus } from './menus.ts'
import type { Settings } from './settings.ts'
import { textTrees } from './texts.ts'

const folder = (name: string) => fileURLToPath(new URL(`../${name}/`, import.meta.url))

export function composePages(settings: Settings, clock: Clock) {
  const { brandName, baseUrl, mailDomains, passwordMin, timeZone, undoDays } = settings
  const texts = createTexts(textTrees, { service: brandName, passwordMin })
  const cacheViews = settings.portalEnv === 'production' || settings.cacheViews
  const viewRoots = [folder('views')]
  const views = createViewEngine({ roots: viewRoots, cache: cacheViews })
  const assets = loadAssets(folder('public'), {
    name: brandName,
    themeFile: settings.themeCss,
    logoFile: settings.brandLogo,
  })
  const render = createMessageRendering({
    texts,
    loadMessages,
    formats: createFormats(timeZone),
    cacheViews,
    viewRoots,
    serviceName: brandName,
    mailDomains,
    baseUrl,
    undoDays,
    smsLinks: settings.smsLinks,
    colours: assets.colours,
    logo: assets.mailLogo,
  })
  const kept = cacheViews ? createKeptPages() : undefined
  const { theme } = assets
  const pages = createPages({ views, texts, theme, menus, timeZone, clock, kept, mailDomains })
  return { texts, assets, menus, render, pages }
}
