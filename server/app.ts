// What happens to a request, in order.
import express, { type Express } from 'express'
import type { AccountFeature } from './accounts/feature.ts'
import { sessionMiddleware } from './accounts/sessions/browser-session.ts'
import { sessionTimesOf } from './accounts/sessions/session-store.ts'
import { features } from './features.ts'
import { drafts } from './kit/drafts/drafts.ts'
import type { Assets } from './kit/pages/assets.ts'
import { errorHandler, pageNotFound } from './kit/pages/errors/errors.ts'
import { localeMiddleware } from './kit/pages/pages.ts'
import { schemeMiddleware } from './kit/pages/scheme.ts'
import { boundBody, formBytes, watchBody } from './kit/web/body-bound.ts'
import { canonicalAddresses } from './kit/web/client.ts'
import { readCookies } from './kit/web/cookies.ts'
import { checkOrigin, csrfToken } from './kit/web/csrf.ts'
import { byFirstSegment, inOrder, onlyLooks } from './kit/web/dispatch.ts'
import { createPageOf } from './kit/web/form-page.ts'
import { answerOptions, decideSecure, oneHost } from './kit/web/front-door.ts'
import { permissions, securityHeaders } from './kit/web/headers.ts'
import { mendLinks } from './kit/web/mend-links.ts'
import { onlyPrograms } from './kit/web/other-names.ts'
import { isHttps } from './kit/web/parts.ts'
import { type ObservedRequest, requestLog } from './kit/web/request-log.ts'
import type { PortalParts } from './portal-parts.ts'

const all: readonly AccountFeature<PortalParts>[] = features

export interface AppParts extends PortalParts {
  readonly assets: Assets
  /** Present only if METRICS_PORT asks for metrics. */
  readonly observeRequest: ((request: ObservedRequest) => void) | undefined
  /** Secrets that sign the session cookie, newest first. */
  readonly cookieSecrets: readonly string[]
}

export function createApp(parts: AppParts): Express {
  const { settings, db, clock } = parts
  const https = isHttps(settings)
  const development = settings.portalEnv === 'development'
  const times = sessionTimesOf(settings)
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', 'simple')
  app.set('trust proxy', settings.trustedProxies.join(','))
  canonicalAddresses(app)
  decideSecure(app, https)

  const programs = byFirstSegment(all.flatMap((feature) => feature.programRoutes?.(parts) ?? []))
  const everyPage = inOrder([
    permissions,
    readCookies(),
    sessionMiddleware({ db, clock, times }, { https, secrets: parts.cookieSecrets }),
    localeMiddleware({ fallback: settings.defaultLocale, https }),
    schemeMiddleware(https),
    unlessOnlyLooking(
      inOrder([
        checkOrigin(new URL(settings.baseUrl).origin, development),
        ...all.flatMap((feature) => feature.body?.(parts) ?? []),
        boundBody(
          formBytes,
          express.urlencoded({ extended: false, limit: formBytes, parameterLimit: 100 }),
        ),
      ]),
    ),
    csrfToken(https, parts.keyring),
    drafts(parts),
  ])
  const routers = all.flatMap((feature) => feature.routes?.(parts) ?? [])
  const pages = byFirstSegment(routers)

  const everyAnswer = inOrder([
    requestLog(parts.log, parts.observeRequest),
    securityHeaders(https),
    watchBody,
    oneHost,
    answerOptions,
    onlyPrograms(settings, programs),
    parts.assets.serve,
  ])
  // Programs need no session, language or token, so their routes come first. All is one step for
  // Express, because it does work before each step.
  app.use(inOrder([everyAnswer, mendLinks(routers), programs, everyPage, pages]))

  app.use(pageNotFound)
  app.use(errorHandler({ ...parts, pageOf: createPageOf(routers) }))
  return app
}

/** Skips a handler that only a form needs. */
const unlessOnlyLooking =
  (handler: express.RequestHandler): express.RequestHandler =>
  (req, res, next) =>
    onlyLooks(req) ? next() : handler(req, res, next)
