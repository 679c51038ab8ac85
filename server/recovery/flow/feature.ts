import type { AccountFeature } from '#server/accounts/feature.ts'
import { nothing } from '#server/accounts/life/account-life.ts'
import { accountTables } from '#server/accounts/life/rows-store.ts'
import { dayBefore } from '#server/core/clock.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { holdTasks } from './hold-reset.ts'
import { holdRoutes } from './hold-routes.ts'
import { dropHold, rekeyHolds } from './hold-store.ts'
import { recoveryRoutes } from './routes.ts'
import { flowRows } from './settings.ts'
import { deleteOldFlows, endFlows, rekeyFlows } from './store.ts'

const rows = accountTables({
  recovery_holds: ['device', 'place', 'made_at', 'due_at'],
  recovery_flows: ['state', 'proven_by', 'device', 'place', 'begun_at', 'ended_at'],
})

export const flowFeature = {
  name: 'recovery/flow',
  settings: flowRows,
  routes: (parts) => [recoveryRoutes(parts), holdRoutes(parts)],
  tasks: holdTasks,
  times: ['* * * * * recovery:sweep-held'],
  sweeps: ({ clock }) => [
    { name: 'flows', run: (on, limit) => deleteOldFlows(on, dayBefore(clock), limit) },
  ],
  tables: ['recovery_flows', 'recovery_holds'],
  life: ({ keyring }) => ({
    recover: async (trx, { accountId, at, by }) => {
      if (by === 'owner') return
      await endFlows(trx, accountId, at)
      await dropHold(trx, accountId)
    },
    signOut: nothing('a recovery of a contact goes on, an undo ends those of weak methods'),
    block: nothing('a flow finds its account blocked at its next step'),
    close: rows.delete,
    export: rows.export,
    rekey: async (trx, limit) =>
      (await rekeyFlows(trx, keyring, limit)) + (await rekeyHolds(trx, keyring, limit)),
  }),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<RecoveryParts>
