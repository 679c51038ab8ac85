import type { AccountFeature } from '#server/accounts/feature.ts'
import { accountTables } from '#server/accounts/life/rows-store.ts'
import { aliveSince, sessionTimesOf } from '#server/accounts/sessions/session-store.ts'
import type { MailParts } from '#server/mail/parts.ts'
import { holdFilters } from './hold-filters.ts'
import { filtersOverview } from './overview.ts'
import { filterRoutes } from './routes.ts'
import { filtersCheck } from './security-check.ts'
import { deleteSettledFilters, listHeldFilters, rekeyHeldFilters } from './store.ts'
import texts from './texts.json' with { type: 'json' }

const rows = accountTables({
  held_filters: ['held_at', 'decision', 'problem'],
  settled_filters: ['decision', 'settled_at'],
  unheld_filters: ['since'],
})

export const filtersFeature = {
  name: 'mail/filters',
  texts,
  events: () => import('./events.ts'),
  routes: (parts) => [filterRoutes(parts)],
  overview: filtersOverview,
  securityCheck: filtersCheck,
  sweeps: ({ clock, settings }) => [
    {
      name: 'settled filters',
      run: (on, limit) =>
        deleteSettledFilters(on, aliveSince(clock, sessionTimesOf(settings)).begunAfter, limit),
    },
  ],
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
    export: async (db, accountId) => {
      const held = await listHeldFilters(db, keyring, accountId)
      const held_filters = held.map(({ name, scripts = [], heldAt, decision, problem }) => ({
        name,
        text: scripts.map(({ text }) => text).join('\n\n'),
        held_at: heldAt,
        decision,
        problem,
      }))
      return { ...(await rows.export(db, accountId)), held_filters }
    },
    rekey: (trx, limit) => rekeyHeldFilters(trx, keyring, limit),
  }),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<MailParts>
