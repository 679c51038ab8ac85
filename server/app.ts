// What happens to a request, in order; then one line per feature.
import express, { type Express } from 'express'
import { appealDeskRoutes } from './abuse/appeal-desk-routes.ts'
import { appealRoutes } from './abuse/appeal-routes.ts'
import { approvalRoutes } from './abuse/approval-routes.ts'
import { caseRoutes } from './abuse/case-routes.ts'
import { figuresRoutes } from './abuse/figures-routes.ts'
import { measureRoutes } from './abuse/measure-routes.ts'
import { queueRoutes } from './abuse/queue-routes.ts'
import { reportBody, reportRoutes } from './abuse/report-routes.ts'
import { activityRoutes } from './activity/routes.ts'
import { appPasswordRoutes } from './app-passwords/routes.ts'
import { auditRoutes } from './audit/routes.ts'
import { backupAddressRoutes } from './backup-address/routes.ts'
import { clientSignInRoutes } from './client-sign-ins/routes.ts'
import { galleryRoutes } from './dev/gallery/routes.ts'
import { type DevParts, devRoutes } from './dev/routes.ts'
import { healthRoutes } from './health/routes.ts'
import { securityTxtRoutes } from './health/security-txt-routes.ts'
import { mailProgramRoutes } from './help/program-routes.ts'
import { helpRoutes } from './help/routes.ts'
import { mailFilterRoutes } from './mail-filters/routes.ts'
import { messageRoutes } from './messages/routes.ts'
import { overviewRoutes } from './overview/routes.ts'
import { passwordRoutes } from './password/routes.ts'
import { phoneRoutes } from './phone/routes.ts'
import { holdRoutes } from './recovery/hold-routes.ts'
import { recoveryRoutes } from './recovery/routes.ts'
import { recoveryMethodRoutes } from './recovery-methods/routes.ts'
import { registrationRoutes } from './registration/routes.ts'
import { securityQuestionRoutes } from './security-question/routes.ts'
import { sessionRoutes } from './sessions/routes.ts'
import { signInRoutes } from './sign-in/routes.ts'
import { staffAccountRoutes } from './staff/account-routes.ts'
import { staffDoorRoutes } from './staff/door-routes.ts'
import { oneClickRoutes, stoppedAddressRoutes } from './stopped-addresses/routes.ts'
import { undoRoutes } from './undo/routes.ts'
import type { Assets } from './web/assets.ts'
import { boundBody, formBytes, watchBody } from './web/body-bound.ts'
import { canonicalAddresses } from './web/client.ts'
import { readCookies } from './web/cookies.ts'
import { checkOrigin, csrfToken } from './web/csrf.ts'
import { byFirstSegment, inOrder, onlyLooks } from './web/dispatch.ts'
import { errorHandler, pageNotFound } from './web/errors.ts'
import { answerOptions, decideSecure, oneHost } from './web/front-door.ts'
import { permissions, securityHeaders } from './web/headers.ts'
import { localeMiddleware } from './web/pages.ts'
import { isHttps, type WebParts } from './web/parts.ts'
import { type ObservedRequest, requestLog } from './web/request-log.ts'
import { sessionMiddleware } from './web/sessions.ts'

export interface AppParts extends WebParts, Pick<DevParts, 'render'> {
  readonly assets: Assets
  readonly isDraining: () => boolean
  /** Where metrics are wanted. */
  readonly observeRequest: ((request: ObservedRequest) => void) | undefined
  /** Sign the session cookie, newest first. */
  readonly cookieSecrets: readonly string[]
}

export function createApp(parts: AppParts): Express {
  const { settings, db, clock } = parts
  const https = isHttps(settings)
  const development = settings.portalEnv === 'development'
  const times = { idleMinutes: settings.sessionIdleMinutes, maxHours: settings.sessionMaxHours }
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('query parser', 'simple')
  app.set('trust proxy', settings.trustedProxies.join(','))
  canonicalAddresses(app)
  decideSecure(app, https)

  const programs = byFirstSegment([
    healthRoutes(db, parts.isDraining),
    securityTxtRoutes(
      settings.baseUrl,
      settings.securityContact ?? `security@${settings.mailDomains[0]}`,
      clock,
    ),
    mailProgramRoutes(parts),
    messageRoutes(parts),
    oneClickRoutes(parts),
  ])
  const everyPage = inOrder([
    permissions,
    readCookies(),
    sessionMiddleware({ db, clock, times }, { https, secrets: parts.cookieSecrets }),
    localeMiddleware({ fallback: settings.defaultLocale, https }),
    unlessOnlyLooking(
      inOrder([
        checkOrigin(new URL(settings.baseUrl).origin, development),
        reportBody(parts),
        boundBody(
          formBytes,
          express.urlencoded({ extended: false, limit: formBytes, parameterLimit: 100 }),
        ),
      ]),
    ),
    csrfToken(https, parts.keyring),
  ])
  const features = byFirstSegment([
    overviewRoutes(parts),
    registrationRoutes(parts),
    signInRoutes(parts),
    passwordRoutes(parts),
    recoveryRoutes(parts),
    holdRoutes(parts),
    undoRoutes(parts),
    stoppedAddressRoutes(parts),
    recoveryMethodRoutes(parts),
    backupAddressRoutes(parts),
    phoneRoutes(parts),
    securityQuestionRoutes(parts),
    sessionRoutes(parts),
    activityRoutes(parts),
    reportRoutes(parts),
    appealRoutes(parts),
    appPasswordRoutes(parts),
    mailFilterRoutes(parts),
    clientSignInRoutes(parts),
    helpRoutes(parts),
    staffDoorRoutes(parts),
    staffAccountRoutes(parts),
    queueRoutes(parts),
    caseRoutes(parts),
    measureRoutes(parts),
    approvalRoutes(parts),
    appealDeskRoutes(parts),
    figuresRoutes(parts),
    auditRoutes(parts),
    ...(development ? [devRoutes(parts), galleryRoutes(parts)] : []),
  ])

  const everyAnswer = inOrder([
    requestLog(parts.log, parts.observeRequest),
    securityHeaders(https),
    watchBody,
    oneHost,
    answerOptions,
    parts.assets.serve,
  ])
  // Programs come before what only pages need: a session, a language, a token. All in one step: Express prepares each anew.
  app.use(inOrder([everyAnswer, programs, everyPage, features]))

  app.use(pageNotFound)
  app.use(errorHandler(parts))
  return app
}

/** For what only a form needs: its origin and its body. */
const unlessOnlyLooking =
  (handler: express.RequestHandler): express.RequestHandler =>
  (req, res, next) =>
    onlyLooks(req) ? next() : handler(req, res, next)
