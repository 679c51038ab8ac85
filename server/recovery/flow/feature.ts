import type { AccountFeature } from '#server/accounts/feature.ts'
import { nothing } from '#server/accounts/life/account-life.ts'
import { accountRows } from '#server/accounts/life/rows-store.ts'
import { dayBefore } from '#server/core/clock.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { recoveryRoutes } from './routes.ts'
import { flowRows } from './settings.ts'
import { deleteOldFlows, endFlows, rekeyFlows } from './store.ts'
import texts from './texts.json' with { type: 'json' }

const rows = accountRows('recovery_flows', [
  'state',
  'proven_by',
  'device',
  'place',
  'begun_at',
  'ended_at',
])

export const flowFeature = {
  name: 'recovery/flow',
  texts,
  settings: flowRows,
  menu: [
    {
      menu: 'home',
      rank: 40,
      href: '/recover',
      text: 'home.recover.title',
      summary: 'home.recover.text',
      icon: 'recover',
    },
  ],
  routes: (parts) => [recoveryRoutes(parts)],
  sweeps: ({ clock }) => [
    { name: 'flows', run: (on, limit) => deleteOldFlows(on, dayBefore(clock), limit) },
  ],
  tables: ['recovery_flows'],
  life: ({ keyring }) => ({
    recover: async (trx, { accountId, at, by }) => {
      if (by === 'recovery') await endFlows(trx, accountId, at)
    },
    signOut: nothing('a recovery of a contact goes on, an undo ends those of weak methods'),
    block: nothing('a flow finds its account blocked at its next step'),
    close: rows.delete,
    export: rows.export,
    rekey: (trx, limit) => rekeyFlows(trx, keyring, limit),
  }),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<RecoveryParts>
