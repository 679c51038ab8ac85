import type { PartsWithSettings } from '#server/kit/commands/command.ts'
import type { Feature } from '#server/kit/feature.ts'
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

/** A feature that keeps something of an account has to say what becomes of it. */
export type AccountFeature<Parts extends PartsWithSettings> = Feature<Parts> &
  (OwnsTables<Parts> | OwnsNoTable<Parts>)
