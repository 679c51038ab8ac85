import type { Trx } from '#db/connection.ts'
import type { MailParts } from '#server/mail/parts.ts'

export interface AccessParts extends MailParts {
  /** Whether the desk can explain the account's block to its owner on a page. */
  readonly explainsBlock: (accountId: string) => Promise<boolean>
  /** Lets the desk record that a member of staff left its pages. */
  readonly recordStaffSignOut: (
    trx: Trx,
    left: { readonly staffId: string; readonly session: Buffer; readonly at: Date },
  ) => Promise<void>
}
