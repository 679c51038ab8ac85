import type { AccountFeature } from '#server/accounts/feature.ts'
import { noKeys, nothing } from '#server/accounts/life/account-life.ts'
import { accountRows } from '#server/accounts/life/rows-store.ts'
import { daysBefore } from '#server/core/clock.ts'
import type { RecoveryParts } from '../parts.ts'
import { deleteOldDeadLinks } from './store.ts'
import texts from './texts.json' with { type: 'json' }

/** So long the page of a dead link can say why it is dead. Older links are unknown. */
const keptDays = 30

const rows = accountRows('dead_links', ['kind', 'fate', 'died_at'])

export const deadLinksFeature = {
  name: 'recovery/dead-links',
  texts,
  sweeps: ({ clock }) => [
    {
      name: 'dead-links',
      run: (on, limit) => deleteOldDeadLinks(on, daysBefore(clock, keptDays), limit),
    },
  ],
  tables: ['dead_links'],
  life: () => ({
    recover: nothing('a dead link opens nothing'),
    signOut: nothing('a dead link opens nothing'),
    block: nothing('a dead link opens nothing'),
    close: rows.delete,
    export: rows.export,
    rekey: noKeys,
  }),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<RecoveryParts>
