import type { AccountFeature } from '#server/accounts/feature.ts'
import { noKeys, nothing } from '#server/accounts/life/account-life.ts'
import { accountRows } from '#server/accounts/life/rows-store.ts'
import { dayBefore } from '#server/core/clock.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { contactRows } from './settings.ts'
import { deleteOldConfirmations, exportConfirmations } from './store.ts'
import texts from './texts.json' with { type: 'json' }

const rows = accountRows('contact_confirmations', [])

export const contactsFeature = {
  name: 'recovery/contacts',
  texts,
  settings: contactRows,
  sweeps: ({ clock }) => [
    {
      name: 'confirmations',
      run: (on, limit) => deleteOldConfirmations(on, dayBefore(clock), limit),
    },
  ],
  tables: ['contact_confirmations'],
  life: ({ keyring }) => ({
    recover: nothing('a code dies with the epoch in which it was asked for'),
    signOut: nothing('a code dies with the epoch in which it was asked for'),
    block: nothing('a blocked account links nothing'),
    close: rows.delete,
    export: (db, accountId) => exportConfirmations(db, keyring, accountId),
    rekey: noKeys,
  }),
} satisfies AccountFeature<RecoveryParts>
