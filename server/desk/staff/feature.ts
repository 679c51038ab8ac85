import { nothing } from '#server/accounts/life/account-life.ts'
import { accountTables } from '#server/accounts/life/rows-store.ts'
import type { DeskFeature } from '#server/desk/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import type { OverviewLink } from '#server/kit/pages/overview.ts'
import { consoleEntry } from './console-entry.ts'
import { staffDoorRoutes } from './door/door-routes.ts'
import { rekeyFactors } from './factor-store.ts'
import { staffRows } from './settings.ts'
import { listRoles } from './store.ts'
import { staffAccountRoutes } from './support/account-routes.ts'
import texts from './texts.json' with { type: 'json' }

const consoleLink: OverviewLink = { rank: 40, href: '/staff', text: 'account.more.staff' }

const rows = accountTables({
  staff_recovery_codes: ['made_at', 'used_at'],
  staff_factors: ['made_at', 'confirmed_at'],
  staff_roles: ['role', 'granted_at'],
})

export const staffFeature = {
  name: 'desk/staff',
  texts,
  settings: staffRows,
  events: () => import('./events.ts'),
  actions: () => import('./actions.ts'),
  menu: [
    consoleEntry('staff-accounts', { rank: 40, href: '/staff/accounts', right: 'accounts.see' }),
    consoleEntry('staff-me', { rank: 70, href: '/staff/me' }),
  ],
  routes: (parts) => [staffDoorRoutes(parts), staffAccountRoutes(parts)],
  overview: ({ db }) => ({
    findLinks: async (accountId) =>
      (await listRoles(db, accountId)).length > 0 ? [consoleLink] : [],
  }),
  tables: ['staff_roles', 'staff_factors', 'staff_recovery_codes'],
  life: ({ keyring }) => ({
    recover: nothing('the second factor does not depend on the password'),
    signOut: nothing('a staff session ends with its session'),
    block: nothing('a blocked account has no session to work in'),
    close: rows.delete,
    export: rows.export,
    rekey: (trx, limit) => rekeyFactors(trx, keyring, limit),
  }),
  commands: () => import('./commands.ts'),
  samples: () => import('./samples.ts'),
} satisfies DeskFeature<DeskPageParts>
