import type { AccountLife } from './life/account-life.ts'

/** A feature that keeps something of an account: it says what becomes of it. */
export interface AccountFeature<Parts> {
  /** Its folder in `server/`. */
  readonly name: string
  /** Its tables with a column `account_id`. */
  readonly tables: readonly string[]
  readonly life: (parts: Parts) => AccountLife
}
