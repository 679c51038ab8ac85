// What happens to a request, in order; then one line per feature.
import express, { type Express } from 'express'
import { passwordRoutes } from './access/password/routes.ts'
import { registrationRoutes } from './access/registration/routes.ts'
import { sessionRoutes } from './access/sessions/routes.ts'
import { signInRoutes } from './access/sign-in/routes.ts'
import { activityRoutes } from './accounts/activity/routes.ts'
import { sessionMiddleware } from './accounts/sessions/browser-session.ts'
import { appealDeskRoutes } from './desk/appeals/appeal-desk-routes.ts'
import { appealRoutes } from './desk/appeals/appeal-routes.ts'
import { auditRoutes } from './desk/audit/routes.ts'
import { caseRoutes } from './desk/cases/case-routes.ts'
import { figuresRoutes } from './desk/figures/figures-routes.ts'
import { approvalRoutes } from './desk/measures/approval-routes.ts'
import { measureRoutes } from './desk/measures/measure-routes.ts'
import { queueRoutes } from './desk/queue/queue-routes.ts'
import { reportBody, reportRoutes } from './desk/reports/report-routes.ts'
import { staffAccountRoutes } from './desk/staff/account-routes.ts'
import { staffDoorRoutes } from './desk/staff/door-routes.ts'
import { messageRoutes } from './kit/messages/routes.ts'
import type { Assets } from './kit/pages/assets.ts'
import { errorHandler, pageNotFound } from './kit/pages/errors.ts'
import { localeMiddleware } from './kit/pages/pages.ts'
import { boundBody, formBytes, watchBody } from './kit/web/body-bound.ts'
import { canonicalAddresses } from './kit/web/client.ts'
import { readCookies } from './kit/web/cookies.ts'
import { checkOrigin, csrfToken } from './kit/web/csrf.ts'
import { byFirstSegment, inOrder, onlyLooks } from './kit/web/dispatch.ts'
import { answerOptions, decideSecure, oneHost } from './kit/web/front-door.ts'
import { permissions, securityHeaders } from './kit/web/headers.ts'
import { isHttps } from './kit/web/parts.ts'
import { type ObservedRequest, requestLog } from './kit/web/request-log.ts'
import { appPasswordRoutes } from './mail/app-passwords/routes.ts'
import { clientSignInRoutes } from './mail/client-sign-ins/routes.ts'
import { filterRoutes } from './mail/filters/routes.ts'
import { mailProgramRoutes } from './mail/mail-programs/program-routes.ts'
import type { PortalParts } from './portal-parts.ts'
import { backupAddressRoutes } from './recovery/backup-address/routes.ts'
import { holdRoutes } from './recovery/flow/hold-routes.ts'
import { recoveryRoutes } from './recovery/flow/routes.ts'
import { recoveryMethodRoutes } from './recovery/methods/routes.ts'
import { phoneRoutes } from './recovery/phone/routes.ts'
import { securityQuestionRoutes } from './recovery/security-question/routes.ts'
import { oneClickRoutes, stoppedAddressRoutes } from './recovery/stopped-addresses/routes.ts'
import { undoRoutes } from './recovery/undo/routes.ts'
import { type DevParts, devRoutes } from './site/development/routes.ts'
import { galleryRoutes } from './site/gallery/routes.ts'
import { healthRoutes } from './site/health/routes.ts'
import { securityTxtRoutes } from './site/health/security-txt-routes.ts'
import { helpRoutes } from './site/help/routes.ts'
import { overviewRoutes } from './site/overview/routes.ts'

export interface AppParts extends PortalParts, Pick<DevParts, 'render'> {
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
    filterRoutes(parts),
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
