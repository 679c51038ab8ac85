// What a feature brings into the portal. features.ts lists all of them.
import type { RequestHandler, Router } from 'express'
import type { Registry } from 'prom-client'
import type { Check } from './commands/check.ts'
import type { Command, PartsWithSettings } from './commands/command.ts'
import type { TextTrees } from './i18n/texts.ts'
import type { Sweep } from './jobs/clean-up.ts'
import type { TaskList } from './jobs/worker.ts'
import type { MessageCatalogue, MessageRows } from './messages/catalogue.ts'
import type { MessageSample, MessageSamples } from './messages/message-sample.ts'
import type { MenuEntry } from './pages/menu.ts'
import type { Overview, OverviewSamples } from './pages/overview.ts'
import type { SecurityCheck } from './pages/owner/security-check.ts'
import type { Sample } from './pages/sample.ts'
import type { SettingRule } from './settings/config.ts'
import type { SettingRows } from './settings/setting-row.ts'

export interface Stoppable {
  stop(): Promise<void>
}

/** Fills in settings that development may leave out. */
export interface Development {
  /** `own` for the portal, `borrowed` for commands beside a running one. */
  beginDatabase(
    dataDir: string,
    use: 'own' | 'borrowed',
  ): Promise<Stoppable & { readonly url: string }>
  secretKeys(dataDir: string): Promise<readonly string[]>
}

export interface FeatureSamples {
  readonly samples?: readonly Sample[]
  readonly messageSamples?: MessageSamples
  /** What it shows on the owner's page, /account. */
  readonly overviewSamples?: OverviewSamples
  /** Samples of a page that shows what other features bring. */
  readonly joinSamples?: (all: readonly FeatureSamples[]) => readonly Sample[]
}

export interface AllSamples {
  readonly catalogue: MessageCatalogue
  readonly samples: readonly Sample[]
  readonly messageSamples: readonly MessageSample[]
}

export interface Feature<in Parts extends PartsWithSettings> {
  /** Its folder in `server/`. */
  readonly name: string
  readonly texts?: TextTrees
  readonly settings?: SettingRows
  /** Names settings that cannot stand together. */
  readonly settingRule?: SettingRule
  /** Pages for people, with a session, a language and a form token. */
  readonly routes?: (parts: Parts) => readonly Router[]
  readonly menu?: readonly MenuEntry[]
  /** What it shows on the owner's page, /account. */
  readonly overview?: (parts: Parts) => Overview
  /** What it shows at /account/check. */
  readonly securityCheck?: (parts: Parts) => SecurityCheck
  /** Answers to programs, which have no session, language or form token. */
  readonly programRoutes?: (parts: Parts) => readonly Router[]
  /** Reads bodies of its own forms, before ordinary forms are read. */
  readonly body?: (parts: Parts) => RequestHandler
  /** Listens for mail servers, if the settings name a port. */
  readonly listen?: (parts: Parts) => Promise<Stoppable> | undefined
  readonly tasks?: (parts: Parts) => TaskList
  /** When its tasks run by themselves: lines of a crontab. */
  readonly times?: readonly string[]
  readonly sweeps?: (parts: Parts) => readonly Sweep[]
  /** Loaded only where DATABASE_URL or SECRET_KEYS is missing. */
  readonly development?: () => Promise<Development>
  readonly commands?: () => Promise<{ readonly commands: readonly Command<Parts>[] }>
  readonly checks?: () => Promise<{ readonly checks: readonly Check<Parts>[] }>
  /** For Prometheus; loaded only where METRICS_PORT is set. */
  readonly gauges?: () => Promise<{
    readonly registerGauges: (registry: Registry, parts: Parts) => void
  }>
  /** Mails and SMS that it sends. Loaded with the first one. */
  readonly messages?: () => Promise<{ readonly messages: MessageRows }>
  /** Loaded by the gallery and by tests, never in production. */
  readonly samples?: () => Promise<FeatureSamples>
}
