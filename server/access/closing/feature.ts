import type { AccessParts } from '#server/access/parts.ts'
import type { AccountFeature } from '#server/accounts/feature.ts'
import { noKeys, nothing } from '#server/accounts/life/account-life.ts'
import { listMessagesOf, wipeMessagesOf } from '#server/kit/messages/store.ts'
import { closingTasks } from './end-closings.ts'
import { comeBackByRecovery } from './keep-mailbox.ts'
import { closeLink } from './overview.ts'
import { closingRoutes } from './routes.ts'
import { closingRows } from './settings.ts'
import texts from './texts.json' with { type: 'json' }

export const closingFeature = {
  name: 'access/closing',
  texts,
  settings: closingRows,
  events: () => import('./events.ts'),
  routes: (parts) => [closingRoutes(parts)],
  overview: () => ({ flashes: ['kept'], links: [closeLink] }),
  tasks: closingTasks,
  times: ['* * * * * closing:sweep'],
  life: ({ keyring }) => ({
    recover: async (trx, set) => {
      if (set.by === 'recovery') await comeBackByRecovery(trx, keyring, set)
    },
    signOut: nothing('an account that is being closed is signed out already'),
    block: nothing('the end of a block begins the days again'),
    close: (trx, { accountId, at }) => wipeMessagesOf(trx, accountId, at),
    export: async (db, id) => ({ messages: await listMessagesOf(db, id) }),
    rekey: noKeys,
  }),
  commands: () => import('./commands.ts'),
  messages: () => import('./messages.ts'),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<AccessParts>
