import type { AccountFeature } from '#server/accounts/feature.ts'
import { exportsNothing, noKeys, nothing } from '#server/accounts/life/account-life.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { doubtTasks } from './doubt-contact.ts'
import { doubtLateWays } from './doubt-late-ways.ts'
import { methodsOverview } from './overview.ts'
import { recoveryMethodRoutes } from './routes.ts'
import { methodsCheck } from './security-check.ts'
import texts from './texts.json' with { type: 'json' }

export const methodsFeature = {
  name: 'recovery/methods',
  texts,
  events: () => import('./events.ts'),
  menu: [
    {
      menu: 'account',
      rank: 20,
      href: '/account/recovery',
      text: 'layout.menu.recovery-methods',
      pageId: 'recovery-methods',
    },
  ],
  routes: (parts) => [recoveryMethodRoutes(parts)],
  overview: methodsOverview,
  securityCheck: methodsCheck,
  tasks: (parts) =>
    Object.assign(doubtTasks(parts), ...parts.recoveryMethods.map(({ tasks }) => tasks)),
  life: (parts) => ({
    recover: nothing('the recovery doubts late ways itself, after it has put contacts back'),
    signOut: (trx, { accountId, at }) => doubtLateWays(trx, parts, { accountId, at }),
    block: async (trx, { accountId, at, beginsEpoch }) => {
      if (beginsEpoch) await doubtLateWays(trx, parts, { accountId, at })
    },
    close: nothing('each method ends its own contact'),
    export: exportsNothing('each method exports its own'),
    rekey: noKeys,
  }),
  messages: () => import('./messages.ts'),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<RecoveryParts>
