import type { Trx } from '#db/connection.ts'
import type { MailParts } from '#server/mail/parts.ts'
import type { ClosingSettings } from './closing/settings.ts'
import type { ExportSettings } from './export/settings.ts'

export interface AccessParts extends MailParts {
  readonly settings: MailParts['settings'] & ClosingSettings & ExportSettings
  /** Whether a feature lets owners take along what the portal holds, at `/account/export`. */
  readonly offersExport: boolean
  /** Whether a measure of the desk stands against the account, a mild one included. */
  readonly isRestricted: (trx: Trx, accountId: string) => Promise<boolean>
  /** Lets the desk record that a member of staff left its pages. */
  readonly recordStaffSignOut: (
    trx: Trx,
    left: { readonly staffId: string; readonly session: Buffer; readonly at: Date },
  ) => Promise<void>
}
