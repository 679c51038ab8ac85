import type { AccountFeature } from '#server/accounts/feature.ts'
import { nothing } from '#server/accounts/life/account-life.ts'
import { accountTables } from '#server/accounts/life/rows-store.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { dropHold, rekeyHolds } from './hold-store.ts'
import { endFlows, rekeyFlows } from './store.ts'

const rows = accountTables({
  recovery_holds: ['device', 'place', 'made_at', 'due_at'],
  recovery_flows: ['state', 'proven_by', 'device', 'place', 'begun_at', 'ended_at'],
})

export const flowFeature: AccountFeature<RecoveryParts> = {
  name: 'recovery/flow',
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
}
