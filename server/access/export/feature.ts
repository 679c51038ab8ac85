import type { AccessParts } from '#server/access/parts.ts'
import type { AccountFeature } from '#server/accounts/feature.ts'
import { accountRows } from '#server/accounts/life/rows-store.ts'
import { makeTask } from './ask-export.ts'
import { makeExport } from './make-export.ts'
import { exportLink } from './overview.ts'
import { exportRoutes } from './routes.ts'
import { exportRows } from './settings.ts'
import { deleteOldExports, dropExports, rekeyExports } from './store.ts'
import texts from './texts.json' with { type: 'json' }

const rows = accountRows('exports', [
  'device',
  'place',
  'bytes',
  'asked_at',
  'ready_at',
  'expires_at',
])

export const exportFeature = {
  name: 'access/export',
  texts,
  settings: exportRows,
  events: () => import('./events.ts'),
  routes: (parts) => [exportRoutes(parts)],
  overview: () => ({ links: [exportLink] }),
  tasks: (parts) => ({
    [makeTask]: ({ id }) => makeExport(parts, String(id)),
  }),
  sweeps: ({ clock }) => [
    {
      name: 'exports',
      run: (on, limit) => deleteOldExports(on, clock.now(), limit),
    },
  ],
  tables: ['exports'],
  life: ({ keyring }) => ({
    recover: (trx, { accountId }) => dropExports(trx, accountId),
    // Security: An undo deletes the files that a stranger may have asked for.
    signOut: (trx, { accountId }) => dropExports(trx, accountId),
    block: async (trx, { accountId, endsSessions }) => {
      if (endsSessions) await dropExports(trx, accountId)
    },
    close: rows.delete,
    export: rows.export,
    rekey: (trx, limit) => rekeyExports(trx, keyring, limit),
  }),
  messages: () => import('./messages.ts'),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<AccessParts>
