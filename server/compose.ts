// The only place where parts are made and joined. Tests use it too, with other ports.

import { fileURLToPath } from 'node:url'
import type { Express } from 'express'
import { connectDatabase, type Db, type Trx } from '#db/connection.ts'
import type { AccountFeature } from './accounts/feature.ts'
import { joinLives } from './accounts/life/account-life.ts'
import { createHasher } from './accounts/password/hasher.ts'
import { createApp } from './app.ts'
import { type Clock, systemClock } from './core/clock.ts'
import { serviceWordsOf } from './core/identifiers/service-words.ts'
import { createKeyring, type Keyring } from './core/keys/keyring.ts'
import { createDesk } from './desk/desk.ts'
import { describeBlock } from './desk/measures/describe-block.ts'
import { isSendingLimited, noteEffect } from './desk/measures/measure-store.ts'
import type { ResolveTxt } from './desk/provenance/dkim.ts'
import { recordStaffSignOut, type StaffSignOut } from './desk/staff/sign-out.ts'
import { features } from './features.ts'
import { createFormats } from './kit/i18n/format.ts'
import { createTexts } from './kit/i18n/texts.ts'
import type { TaskList } from './kit/jobs/worker.ts'
import { createOperatorAlert } from './kit/limits/brakes.ts'
import { createLimits } from './kit/limits/limits.ts'
import { createLog, type Log } from './kit/log/log.ts'
import { withSecurity } from './kit/log/security-log.ts'
import { chooseTransports } from './kit/messages/choose-transports.ts'
import { createMessageRendering } from './kit/messages/render.ts'
import type { MailTransport, SmsTransport } from './kit/messages/transport.ts'
import { loadAssets } from './kit/pages/assets.ts'
import { createKeptPages } from './kit/pages/kept-pages.ts'
import { createPages } from './kit/pages/pages.ts'
import { createViewEngine } from './kit/pages/view-engine.ts'
import { createClientReader, createPlaceOf } from './kit/web/client.ts'
import { openPlaces } from './kit/web/place.ts'
import { loadGauges } from './load-gauges.ts'
import { loadSamples } from './load-samples.ts'
import { chooseMailPlatform } from './mail/mail-platform/choose.ts'
import type { MailPlatform } from './mail/mail-platform/mail-platform.ts'
import { passwordLimitsOf } from './mail/mail-platform/password-limits.ts'
import type { PortalParts } from './portal-parts.ts'
import { createMailLimit } from './recovery/backup-address/mail-limit.ts'
import { createMethods } from './recovery/method-list.ts'
import { createSmsLimit } from './recovery/phone/sms-limit.ts'
import type { Settings } from './settings.ts'
import type { Metrics } from './site/health/metrics.ts'
import { tasksOf } from './task-list.ts'

/** What the portal stands on; tests bring their own. */
export interface Ports {
  readonly clock?: Clock
  readonly log?: Log
  readonly platform?: MailPlatform
  readonly mail?: MailTransport
  readonly sms?: SmsTransport
  /** Where DKIM keys are asked for. */
  readonly resolveTxt?: ResolveTxt
}

export interface Portal {
  readonly app: Express
  readonly db: Db
  readonly keyring: Keyring
  readonly platform: MailPlatform
  readonly log: Log
  readonly clock: Clock
  readonly tasks: TaskList
  /** Only where METRICS_PORT asks for them: counting costs every request something. */
  readonly metrics: Metrics | undefined
  /** What routes and commands are given. */
  readonly parts: PortalParts
  /** From now on `/readyz` says no, so that a balancer sends nobody any more. */
  drain(): void
  /** Closes the connections. */
  close(): Promise<void>
}

/** Settings with what development fills in by itself. */
export type CompleteSettings = Settings & {
  readonly databaseUrl: string
  readonly secretKeys: readonly string[]
}

const folder = (name: string) => fileURLToPath(new URL(`../${name}/`, import.meta.url))

export async function compose(settings: CompleteSettings, ports: Ports = {}): Promise<Portal> {
  const clock = ports.clock ?? systemClock
  const db = connectDatabase(settings.databaseUrl, settings.databasePool)
  const keyring = createKeyring(settings.secretKeys)
  const log = withSecurity(ports.log ?? createLog(settings.logLevel), keyring)
  const hasher = createHasher({
    memoryKib: settings.argon2MemoryKib,
    passes: settings.argon2Passes,
  })
  const platform = ports.platform ?? (await chooseMailPlatform(settings, { db, clock }))
  const texts = createTexts({ service: settings.brandName, passwordMin: settings.passwordMin })
  const cacheViews = settings.portalEnv === 'production' || settings.cacheViews
  const views = createViewEngine({ roots: [folder('views')], cache: cacheViews })
  const brand = {
    name: settings.brandName,
    themeFile: settings.themeCss,
    logoFile: settings.brandLogo,
  }
  const assets = loadAssets(folder('public'), brand)
  const metrics =
    settings.metricsPort === undefined
      ? undefined
      : (await import('./site/health/metrics.ts')).createMetrics()
  const gateways = { ...chooseTransports(settings), ...ports }
  const formats = createFormats(settings.timeZone)
  const render = createMessageRendering({
    ...{ texts, formats, cacheViews, viewRoots: [folder('views')] },
    ...{ serviceName: settings.brandName, baseUrl: settings.baseUrl, undoDays: settings.undoDays },
    colours: assets.colours,
  })
  const limits = createLimits(db)
  const alertOperator = createOperatorAlert({
    db,
    keyring,
    clock,
    log,
    settings,
    count: metrics?.countBrake,
  })
  const mailLimit = createMailLimit(limits, keyring, settings)
  const smsLimit = createSmsLimit(limits, keyring, settings, alertOperator)
  const methodParts = { settings, db, clock, keyring, mailLimit, smsLimit, log }
  const methods = createMethods(methodParts)
  const life = joinLives(() => lives)
  const around = { db, clock, keyring, settings, log, limits, methods, life }
  const desk = createDesk(around, ports.resolveTxt)
  const findPlace = await openPlaces(settings.placeDatabase)
  let draining = false

  const parts = {
    settings,
    db,
    clock,
    keyring,
    hasher,
    life,
    passwordLimits: passwordLimitsOf(settings),
    platform,
    isSendingLimited,
    noteConverged: (accountId: string) => noteEffect(db, accountId),
    isDraining: () => draining,
    loadSamples,
    explainsBlock: async (accountId: string) =>
      (await describeBlock(desk, accountId)) !== undefined,
    recordStaffSignOut: (trx: Trx, left: StaffSignOut) => recordStaffSignOut(trx, keyring, left),
    log,
    mail: gateways.mail,
    sms: gateways.sms,
    render,
    texts,
    limits,
    alertOperator,
    mailLimit,
    smsLimit,
    methods,
    recoveryMethods: methods.offered,
    desk,
    pages: createPages({
      ...{ views, texts, theme: assets.theme, timeZone: settings.timeZone },
      kept: cacheViews ? createKeptPages() : undefined,
    }),
    serviceWords: [...serviceWordsOf(settings.mailDomains), settings.brandName.toLowerCase()],
    client: createClientReader(findPlace),
    placeOf: createPlaceOf(findPlace),
  }
  const listed: readonly AccountFeature<PortalParts>[] = features
  const lives = listed.flatMap((feature) => feature.life?.(parts) ?? [])
  if (metrics) await loadGauges(metrics.registry, parts)
  const app = createApp({
    ...parts,
    assets,
    observeRequest: metrics?.observeRequest,
    cookieSecrets: keyring
      .digests('cookies.session', 'v1')
      .map((digest) => digest.toString('base64url')),
  })
  return {
    app,
    db,
    keyring,
    platform,
    log,
    clock,
    tasks: tasksOf(parts),
    metrics,
    parts,
    drain: () => {
      draining = true
    },
    close: async () => {
      await desk.reader.close()
      parts.mail.close()
      parts.sms.close()
      await platform.close?.()
      await db.destroy()
    },
  }
}
