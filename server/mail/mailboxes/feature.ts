import type { AccountFeature } from '#server/accounts/feature.ts'
import { accountRows } from '#server/accounts/life/rows-store.ts'
import type { MailParts } from '#server/mail/parts.ts'
import { rekeyMailboxes } from './reconcile-store.ts'
import { wantAppPasswords, wantMailboxPassword, wantMailboxSuspension } from './want-mailbox.ts'

const rows = accountRows('mailboxes', [
  'address',
  'aliases',
  'suspension',
  'quota_bytes',
  'used_bytes',
  'changed_at',
])

export const mailboxesFeature: AccountFeature<MailParts> = {
  name: 'mail/mailboxes',
  tables: ['mailboxes'],
  life: (parts) => ({
    recover: (trx, { accountId, password, at }) =>
      wantMailboxPassword(trx, parts, { accountId, password, at, endSessions: true }),
    signOut: async (trx, { accountId, at, withMailPrograms }) => {
      if (withMailPrograms) await wantAppPasswords(trx, { accountId, at, endSessions: true })
    },
    block: (trx, { accountId, at, suspension }) =>
      wantMailboxSuspension(trx, { accountId, suspension, at }),
    close: (trx, { accountId, at }) =>
      wantMailboxSuspension(trx, { accountId, suspension: 'all', at }),
    export: rows.export,
    rekey: (trx, limit) => rekeyMailboxes(trx, parts.keyring, limit),
  }),
}
