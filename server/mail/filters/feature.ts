import type { AccountFeature } from '#server/accounts/feature.ts'
import { accountTables } from '#server/accounts/life/rows-store.ts'
import type { MailParts } from '#server/mail/parts.ts'
import { holdFilters } from './hold-filters.ts'
import { rekeyHeldFilters } from './store.ts'

const rows = accountTables({
  held_filters: ['held_at', 'read_at', 'decision', 'problem'],
  settled_filters: ['decision', 'settled_at'],
  unheld_filters: ['since'],
})

export const filtersFeature: AccountFeature<MailParts> = {
  name: 'mail/filters',
  tables: ['held_filters', 'settled_filters', 'unheld_filters'],
  life: ({ keyring }) => ({
    recover: async (trx, { accountId, at, by }) => {
      if (by === 'recovery') await holdFilters(trx, { accountId, at })
    },
    signOut: (trx, { accountId, at }) => holdFilters(trx, { accountId, at }),
    block: async (trx, { accountId, at, holdsFilters }) => {
      if (holdsFilters) await holdFilters(trx, { accountId, at })
    },
    close: rows.delete,
    export: rows.export,
    rekey: (trx, limit) => rekeyHeldFilters(trx, keyring, limit),
  }),
}
