import type { AccountFeature } from '#server/accounts/feature.ts'
import type { PartsWithSettings } from '#server/kit/commands/command.ts'
import type { Sample } from '#server/kit/pages/sample.ts'
import type { ActionRows, AuditAction } from './audit/audit-details.ts'

interface RecordsActions {
  /** The actions of staff that the audit records. Texts: `audit.<action>`. */
  readonly actions?: () => Promise<{ readonly actions: ActionRows }>
  /** Makes samples of pages that list the actions of all features. */
  readonly actionSamples?: () => Promise<{
    readonly actionSamples: (all: readonly AuditAction[]) => readonly Sample[]
  }>
}

export type DeskFeature<Parts extends PartsWithSettings> = AccountFeature<Parts> & RecordsActions
