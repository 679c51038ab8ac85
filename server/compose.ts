// The only place where the parts of the portal are made and joined. Tests call it with own ports.

import type { Express } from 'express'
import { connectDatabase, type Db, type Trx } from '#db/connection.ts'
import type { AccountFeature } from './accounts/feature.ts'
import { joinLives } from './accounts/life/account-life.ts'
import { createHasher } from './accounts/password/hasher.ts'
import { createApp } from './app.ts'
import { composePages } from './compose-pages.ts'
import { type Clock, systemClock } from './core/clock.ts'
import { serviceWordsOf } from './core/identifiers/service-words.ts'
import { createKeyring, type Keyring } from './core/keys/keyring.ts'
import { createDesk } from './desk/desk.ts'
import { findInForce, isSendingLimited, noteEffect } from './desk/measures/measure-store.ts'
import { restricts } from './desk/measures/measures.ts'
import type { ResolveTxt } from './desk/provenance/dkim.ts'
import { recordStaffSignOut, type StaffSignOut } from './desk/staff/sign-out.ts'
import { features } from './features.ts'
import type { TaskList } from './kit/jobs/worker.ts'
import { createOperatorAlert } from './kit/limits/brakes.ts'
import { createLimits } from './kit/limits/limits.ts'
import { createLog, type Log } from './kit/log/log.ts'
import { withSecurity } from './kit/log/security-log.ts'
import { chooseTransports } from './kit/messages/choose-transports.ts'
import type { MailTransport, SmsTransport } from './kit/messages/transport.ts'
import { createClientReader, createPlaceOf } from './kit/web/client.ts'
import { openPlaces } from './kit/web/place.ts'
import { loadAuditActions } from './load-events.ts'
import { loadGauges } from './load-gauges.ts'
import { loadMessages } from './load-messages.ts'
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

/** What tests may replace. Otherwise the real one is made, as the settings say. */
export interface Ports {
  readonly clock?: Clock
  readonly log?: Log
  readonly platform?: MailPlatform
  readonly mail?: MailTransport
  readonly sms?: SmsTransport
  /** Asks the DNS for DKIM keys. */
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
  /** Present only if METRICS_PORT asks for metrics, because counting slows every request. */
  readonly metrics: Metrics | undefined
  /** What routes and commands are given. */
  readonly parts: PortalParts
  /** From now on `/readyz` says no, so that a load balancer sends no more visitors. */
  drain(): void
  close(): Promise<void>
}

/** Settings with what development fills in by itself. */
export type CompleteSettings = Settings & {
  readonly databaseUrl: string
  readonly secretKeys: readonly string[]
}

/** The parts that all others are built on. */
async function composeGround(settings: CompleteSettings, ports: Ports) {
  const clock = ports.clock ?? systemClock
  const db = connectDatabase(settings.databaseUrl, settings.databasePool)
  const keyring = createKeyring(settings.secretKeys)
  const log = withSecurity(ports.log ?? createLog(settings.logLevel), keyring)
  const hasher = createHasher({
    memoryKib: settings.argon2MemoryKib,
    passes: settings.argon2Passes,
  })
  const platform = ports.platform ?? (await chooseMailPlatform(settings, { db, clock }))
  const metrics =
    settings.metricsPort === undefined
      ? undefined
      : (await import('./site/health/metrics.ts')).createMetrics()
  const limits = createLimits(db)
  const count = metrics?.countBrake
  const senders = { settings, db, clock, keyring, loadMessages, log }
  const alertOperator = createOperatorAlert({ ...senders, count })
  const ground = { ...senders, hasher, platform, limits, alertOperator }
  return { ground, metrics }
}

const listed: readonly AccountFeature<PortalParts>[] = features

const cookieSecretsOf = (keyring: Keyring): string[] =>
  keyring.digests('cookies.session', 'v1').map((digest) => digest.toString('base64url'))

async function composeReaders({ placeDatabase }: Settings) {
  const findPlace = await openPlaces(placeDatabase)
  return { client: createClientReader(findPlace), placeOf: createPlaceOf(findPlace) }
}

const nameRulesOf = (settings: Settings) => ({
  passwordLimits: passwordLimitsOf(settings),
  serviceWords: [...serviceWordsOf(settings.mailDomains), settings.brandName.toLowerCase()],
})

/** Functions of higher wings that lower wings call, which may not import them. */
const composePorts = (db: Db, keyring: Keyring) => ({
  isSendingLimited,
  noteConverged: (accountId: string) => noteEffect(db, accountId),
  offersExport: listed.some(({ name }) => name.endsWith('/export')),
  isRestricted: async (trx: Trx, id: string) => restricts(await findInForce(trx, id)),
  recordStaffSignOut: (trx: Trx, left: StaffSignOut) => recordStaffSignOut(trx, keyring, left),
  loadSamples,
  loadAuditActions,
})

const bring = (parts: PortalParts) => ({
  lives: listed.flatMap(({ life }) => life?.(parts) ?? []),
  overviews: listed.flatMap(({ overview }) => overview?.(parts) ?? []),
  checks: listed.flatMap(({ securityCheck }) => securityCheck?.(parts) ?? []),
})

export async function compose(settings: CompleteSettings, ports: Ports = {}): Promise<Portal> {
  const { ground, metrics } = await composeGround(settings, ports)
  const { db, clock, keyring, log, platform, limits, alertOperator } = ground
  const { assets, ...faces } = composePages(settings, clock)
  const { mail, sms } = { ...chooseTransports(settings), ...ports }
  const mailLimit = createMailLimit(limits, keyring, settings)
  const smsLimit = createSmsLimit(limits, keyring, settings, alertOperator)
  const methods = createMethods({ ...ground, mailLimit, smsLimit })
  const life = joinLives(() => brought.lives)
  const desk = createDesk({ ...ground, methods, life }, ports.resolveTxt)
  let draining = false
  const parts = {
    ...ground,
    ...faces,
    ...(await composeReaders(settings)),
    ...composePorts(db, keyring),
    life,
    mail,
    sms,
    mailLimit,
    smsLimit,
    methods,
    recoveryMethods: methods.offered,
    desk,
    ...nameRulesOf(settings),
    isDraining: () => draining,
    overviews: () => brought.overviews,
    securityChecks: () => brought.checks,
  }
  const brought = bring(parts)
  if (metrics) await loadGauges(metrics.registry, parts)
  const app = createApp({
    ...parts,
    assets,
    observeRequest: metrics?.observeRequest,
    cookieSecrets: cookieSecretsOf(keyring),
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
      await desk.letterParser.close()
      mail.close()
      sms.close()
      await platform.close?.()
      await db.destroy()
    },
  }
}
