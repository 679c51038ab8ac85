import type { AccountFeature } from '#server/accounts/feature.ts'
import { nothing } from '#server/accounts/life/account-life.ts'
import { accountRows } from '#server/accounts/life/rows-store.ts'
import type { RecoveryParts } from '../parts.ts'
import { holdTasks } from './hold-reset.ts'
import { holdRoutes } from './hold-routes.ts'
import { dropHold, rekeyHolds } from './hold-store.ts'
import { newPasswordRoutes } from './new-password-routes.ts'
import { resetOverview } from './overview.ts'
import texts from './texts.json' with { type: 'json' }

const rows = accountRows('recovery_holds', ['device', 'place', 'made_at', 'due_at'])

export const resetFeature = {
  name: 'recovery/reset',
  texts,
  events: () => import('./events.ts'),
  routes: (parts) => [newPasswordRoutes(parts), holdRoutes(parts)],
  overview: resetOverview,
  tasks: holdTasks,
  times: ['* * * * * recovery:sweep-held'],
  tables: ['recovery_holds'],
  life: ({ keyring }) => ({
    recover: async (trx, { accountId, by }) => {
      if (by === 'recovery') await dropHold(trx, accountId)
    },
    signOut: nothing('an undo ends what a weak method proved'),
    block: nothing('a held password of an earlier epoch is dead'),
    close: rows.delete,
    export: rows.export,
    rekey: (trx, limit) => rekeyHolds(trx, keyring, limit),
  }),
  messages: () => import('./messages.ts'),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<RecoveryParts>
