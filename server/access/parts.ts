import type { Trx } from '#db/connection.ts'
import type { MailParts } from '#server/mail/parts.ts'

export interface AccessParts extends MailParts {
  /** Lets the desk record that a member of staff left its pages. */
  readonly recordStaffSignOut: (
    trx: Trx,
    left: { readonly staffId: string; readonly session: Buffer; readonly at: Date },
  ) => Promise<void>
}
