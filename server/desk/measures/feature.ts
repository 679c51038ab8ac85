import { noKeys, nothing } from '#server/accounts/life/account-life.ts'
import { accountRows } from '#server/accounts/life/rows-store.ts'
import type { DeskFeature } from '#server/desk/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { consoleEntry } from '../staff/console-entry.ts'
import { expireTask } from './apply-measure.ts'
import { endDemandedReset, endWithAccount } from './end-demanded-reset.ts'
import { measuresOverview } from './overview.ts'
import { measureRoutes } from './pages/measure-routes.ts'
import { approvalRoutes } from './proposals/approval-routes.ts'
import { measureSettingRows } from './settings.ts'
import { endExpiredMeasures } from './take-measure.ts'
import texts from './texts.json' with { type: 'json' }

const rows = accountRows('measures', ['measure', 'cause', 'state', 'until', 'taken_at', 'ended_at'])

// Security: What staff only think of is told to nobody.
const wasTaken = (row: { taken_at?: Date | null }) => row.taken_at != null

export const measuresFeature = {
  name: 'desk/measures',
  texts,
  settings: measureSettingRows,
  events: () => import('./events.ts'),
  actions: () => import('./actions.ts'),
  menu: [
    consoleEntry('staff-approvals', {
      rank: 30,
      href: '/staff/approvals',
      right: 'measures.approve',
    }),
  ],
  routes: (parts) => [measureRoutes(parts), approvalRoutes(parts)],
  overview: measuresOverview,
  tasks: ({ desk }) => ({ [expireTask]: async () => void (await endExpiredMeasures(desk)) }),
  times: [`* * * * * ${expireTask}`],
  tables: ['measures'],
  life: ({ keyring }) => ({
    recover: (trx, { accountId, at }) => endDemandedReset(trx, { keyring }, accountId, at),
    signOut: nothing('a measure stands until it ends'),
    block: nothing('the measure itself blocks'),
    close: (trx, closing) => endWithAccount(trx, { keyring }, closing),
    export: async (db, accountId) => {
      const { measures = [] } = await rows.export(db, accountId)
      return { measures: measures.filter(wasTaken) }
    },
    rekey: noKeys,
  }),
  commands: () => import('./operator/account-commands.ts'),
  messages: () => import('./messages.ts'),
  samples: () => import('./samples.ts'),
} satisfies DeskFeature<DeskPageParts>
