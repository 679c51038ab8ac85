// The only place where parts are made and joined. Tests use it too, with other ports.
import { fileURLToPath } from 'node:url'
import type { Express } from 'express'
import { connectDatabase, type Db } from '#db/connection.ts'
import { createDesk } from './abuse/desk.ts'
import type { ResolveTxt } from './abuse/dkim.ts'
import { createApp } from './app.ts'
import { createMailGuard } from './backup-address/mail-guard.ts'
import { managedBackupAddress } from './backup-address/managed-backup-address.ts'
import { backupAddressRecovery } from './backup-address/method.ts'
import type { Settings } from './config.ts'
import { type Clock, systemClock } from './core/clock.ts'
import { createKeyring, type Keyring } from './core/keyring.ts'
import { serviceWordsOf } from './core/service-words.ts'
import type { Metrics } from './health/metrics.ts'
import { createFormats } from './i18n/format.ts'
import { createTexts } from './i18n/texts.ts'
import { tasksOf } from './jobs/task-list.ts'
import type { TaskList } from './jobs/worker.ts'
import { chooseMailPlatform } from './mail-platform/choose.ts'
import type { MailPlatform } from './mail-platform/mail-platform.ts'
import { chooseTransports } from './messages/choose-transports.ts'
import { createMessageRendering } from './messages/render.ts'
import type { MailTransport, SmsTransport } from './messages/transport.ts'
import { createHasher } from './password/hasher.ts'
import { managedPhone } from './phone/managed-phone.ts'
import { phoneRecovery } from './phone/method.ts'
import { createSmsGuard } from './phone/sms-guard.ts'
import { manageMethods } from './recovery-methods/managed-method.ts'
import { managedSecurityQuestion } from './security-question/managed-security-question.ts'
import { questionRecovery } from './security-question/method.ts'
import { loadAssets } from './web/assets.ts'
import { createTellBrake } from './web/brakes.ts'
import { createPlaceOf, createTracer } from './web/client.ts'
import { createKeptPages } from './web/kept-pages.ts'
import { createLimits } from './web/limits.ts'
import { createLog, type Log } from './web/log.ts'
import { createPages } from './web/pages.ts'
import type { WebParts } from './web/parts.ts'
import { openPlaces } from './web/place.ts'
import { withSecurity } from './web/security-log.ts'
import { createViewEngine } from './web/view-engine.ts'

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
  readonly parts: WebParts
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
      : (await import('./health/metrics.ts')).createMetrics({ db, hasher, clock })
  const gateways = { ...chooseTransports(settings), ...ports }
  const formats = createFormats(settings.timeZone)
  const render = createMessageRendering({
    ...{ texts, formats, cacheViews, viewRoots: [folder('views')] },
    ...{ serviceName: settings.brandName, baseUrl: settings.baseUrl, undoDays: settings.undoDays },
    colours: assets.colours,
  })
  const limits = createLimits(db)
  const tellBrake = createTellBrake({
    db,
    keyring,
    clock,
    log,
    settings,
    count: metrics?.countBrake,
  })
  const methods = manageMethods([
    managedPhone(keyring),
    managedBackupAddress(keyring),
    managedSecurityQuestion(settings.securityQuestion),
  ])
  const mailGuard = createMailGuard(limits, keyring, settings)
  const smsGuard = createSmsGuard(limits, keyring, settings, tellBrake)
  const methodParts = { settings, db, clock, keyring, mailGuard, smsGuard, log, methods }
  // The doors under /recover, in the order in which they are shown.
  const recoveryMethods = [
    backupAddressRecovery(methodParts),
    phoneRecovery(methodParts),
    ...(settings.securityQuestion === 'off' ? [] : [questionRecovery(methodParts)]),
  ]
  const desk = createDesk({ db, clock, keyring, settings, log, limits, methods }, ports.resolveTxt)
  const findPlace = await openPlaces(settings.placeDatabase)
  let draining = false

  const parts = {
    settings,
    db,
    clock,
    keyring,
    hasher,
    platform,
    log,
    mail: gateways.mail,
    sms: gateways.sms,
    render,
    texts,
    limits,
    tellBrake,
    mailGuard,
    smsGuard,
    methods,
    recoveryMethods,
    desk,
    pages: createPages({
      ...{ views, texts, theme: assets.theme, timeZone: settings.timeZone },
      kept: cacheViews ? createKeptPages() : undefined,
    }),
    serviceWords: [...serviceWordsOf(settings.mailDomains), settings.brandName.toLowerCase()],
    trace: createTracer(findPlace),
    placeOf: createPlaceOf(findPlace),
  }
  const app = createApp({
    ...parts,
    assets,
    isDraining: () => draining,
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
