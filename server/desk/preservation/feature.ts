import { exportsNothing, noKeys, nothing } from '#server/accounts/life/account-life.ts'
import type { DeskFeature } from '#server/desk/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { consoleEntry } from '../staff/console-entry.ts'
import { preservationRoutes } from './preservation-routes.ts'
import { keepsAccount } from './preservation-store.ts'
import texts from './texts.json' with { type: 'json' }

export const preservationFeature = {
  name: 'desk/preservation',
  texts,
  actions: () => import('./actions.ts'),
  menu: [
    consoleEntry('staff-preservations', {
      rank: 35,
      href: '/staff/preservations',
      right: 'evidence.preserve',
    }),
  ],
  routes: (parts) => [preservationRoutes(parts)],
  life: () => ({
    recover: nothing('a hold is about letters'),
    signOut: nothing('a hold is about letters'),
    block: nothing('a hold is about letters'),
    // Security: No account ends for good while a case about it is under a legal hold.
    keeps: keepsAccount,
    close: nothing('a hold has ended before an account ends'),
    export: exportsNothing('a hold may be a secret of an inquiry'),
    rekey: noKeys,
  }),
  samples: () => import('./samples.ts'),
} satisfies DeskFeature<DeskPageParts>
