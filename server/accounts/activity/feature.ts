import type { AccountFeature } from '#server/accounts/feature.ts'
import { noKeys, nothing } from '#server/accounts/life/account-life.ts'
import type { AccountsParts } from '#server/accounts/parts.ts'
import { foldActivity } from './fold-store.ts'
import { activityOverview } from './overview.ts'
import { activityRoutes } from './routes.ts'
import { listAllActivity } from './store.ts'
import texts from './texts.json' with { type: 'json' }

export const activityFeature = {
  name: 'accounts/activity',
  texts,
  events: () => import('./events.ts'),
  menu: [
    {
      menu: 'account',
      rank: 40,
      href: '/account/activity',
      text: 'layout.menu.activity',
      pageId: 'activity',
    },
  ],
  routes: (parts) => [activityRoutes(parts)],
  overview: activityOverview,
  tables: ['activity'],
  life: ({ keyring }) => ({
    recover: nothing('the record only grows'),
    signOut: nothing('the record only grows'),
    block: nothing('the record only grows'),
    close: (trx, { accountId, at }) => foldActivity(trx, keyring, accountId, at),
    export: async (db, accountId) => ({ activity: await listAllActivity(db, accountId) }),
    rekey: noKeys,
  }),
  checks: () => import('./checks.ts'),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<AccountsParts>
