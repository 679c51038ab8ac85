import { type Check, countRows, none } from '#server/kit/commands/check.ts'
import type { MailParts } from '#server/mail/parts.ts'

export const checks: readonly Check<MailParts>[] = [
  {
    name: 'mailboxes that need an operator',
    run: async ({ db }) => {
      const from = 'mailboxes where needs_operator_at is not null'
      return none(await countRows(db, from), 'see account show')
    },
  },
  {
    name: 'mailboxes that wait',
    run: async ({ db }) => {
      const from = `mailboxes
        where applied_revision < revision and changed_at < now() - interval '15 minutes'`
      return none(await countRows(db, from), 'longer than 15 minutes')
    },
  },
]
