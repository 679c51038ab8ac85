import { noKeys, nothing } from '#server/accounts/life/account-life.ts'
import type { DeskFeature } from '#server/desk/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { appealDeskRoutes } from './appeal-desk-routes.ts'
import { appealRoutes } from './appeal-routes.ts'
import { exportAppeals } from './appeal-store.ts'
import { appealRows } from './settings.ts'
import texts from './texts.json' with { type: 'json' }

export const appealsFeature = {
  name: 'desk/appeals',
  texts,
  settings: appealRows,
  events: () => import('./events.ts'),
  actions: () => import('./actions.ts'),
  routes: (parts) => [appealRoutes(parts), appealDeskRoutes(parts)],
  life: ({ keyring }) => ({
    recover: nothing('an appeal goes on'),
    signOut: nothing('an appeal goes on'),
    block: nothing('an appeal goes on'),
    close: nothing('an appeal ends with its measure'),
    export: (db, accountId) => exportAppeals(db, keyring, accountId),
    rekey: noKeys,
  }),
  messages: () => import('./messages.ts'),
  samples: () => import('./samples.ts'),
} satisfies DeskFeature<DeskPageParts>
