import type { AccountFeature } from '#server/accounts/feature.ts'
import { nothing } from '#server/accounts/life/account-life.ts'
import { accountRows } from '#server/accounts/life/rows-store.ts'
import { dayBefore } from '#server/core/clock.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { undoRoutes } from './routes.ts'
import { deleteOldUndos, exportUndos, rekeyUndos } from './store.ts'
import texts from './texts.json' with { type: 'json' }

const rows = accountRows('undos', [])

export const undoFeature = {
  name: 'recovery/undo',
  texts,
  events: () => import('./events.ts'),
  routes: (parts) => [undoRoutes(parts)],
  sweeps: ({ clock }) => [
    { name: 'undos', run: (on, limit) => deleteOldUndos(on, dayBefore(clock), limit) },
  ],
  tables: ['undos'],
  life: ({ keyring }) => ({
    recover: nothing('the epoch of links decides which ones are void'),
    signOut: nothing('the links of notices stay'),
    block: nothing('a link does nothing for a blocked account'),
    close: rows.delete,
    export: (db, accountId) => exportUndos(db, keyring, accountId),
    rekey: (trx, limit) => rekeyUndos(trx, keyring, limit),
  }),
  messages: () => import('./messages.ts'),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<RecoveryParts>
