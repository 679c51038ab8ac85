import type { Trx } from '#db/connection.ts'
import type { MailParts } from '#server/mail/parts.ts'

export interface AccessParts extends MailParts {
  /** The desk has a page that explains the account's block to its owner. */
  readonly explainsBlock: (accountId: string) => Promise<boolean>
  /** Lets the desk record that a member of staff left its pages. */
  readonly recordStaffSignOut: (
    trx: Trx,
    left: { readonly staffId: string; readonly session: Buffer; readonly at: Date },
  ) => Promise<void>
}
