import type { PartsWithSettings } from '#server/kit/commands/command.ts'
import type { Feature } from '#server/kit/feature.ts'
import type { EventRows } from './activity/activity-details.ts'
import type { AccountLife } from './life/account-life.ts'

interface OwnsTables<in Parts> {
  /** Its tables with a column `account_id`. */
  readonly tables: readonly [string, ...string[]]
  readonly life: (parts: Parts) => AccountLife
}

interface OwnsNoTable<in Parts> {
  readonly tables?: undefined
  readonly life?: (parts: Parts) => AccountLife
}

interface RecordsEvents {
  /** What it records in the activity. Texts: `activity.events.<event>`. */
  readonly events?: () => Promise<{ readonly events: EventRows }>
}

/** A feature with tables of accounts must say what becomes of their rows (`life`). */
export type AccountFeature<Parts extends PartsWithSettings> = Feature<Parts> &
  RecordsEvents &
  (OwnsTables<Parts> | OwnsNoTable<Parts>)
