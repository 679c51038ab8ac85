import { nothing, withholds } from '#server/accounts/life/account-life.ts'
import type { DeskFeature } from '#server/desk/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { sendingLimitTask } from '#server/mail/sending-limits/judge-sending.ts'
import { rekeyDesk } from '../rekey-store.ts'
import { caseRoutes } from './case-routes.ts'
import { deskSweeps } from './retention-store.ts'
import { caseRows } from './settings.ts'
import texts from './texts.json' with { type: 'json' }

export const casesFeature = {
  name: 'desk/cases',
  texts,
  settings: caseRows,
  actions: () => import('./actions.ts'),
  routes: (parts) => [caseRoutes(parts)],
  tasks: ({ desk }) => ({
    [sendingLimitTask]: async ({ alertId }) => {
      const { openCaseOfLimit } = await import('./sending-limit/sending-limit.ts')
      await openCaseOfLimit(desk, String(alertId))
    },
  }),
  sweeps: ({ desk, clock }) => deskSweeps(desk.settings, clock.now),
  tables: ['abuse_cases'],
  life: ({ keyring }) => ({
    recover: nothing('a case tells of letters, not of the password'),
    signOut: nothing('a case tells of letters, not of sessions'),
    block: nothing('the measure writes the timeline of its case'),
    close: nothing('a case ends with its retention time'),
    export: withholds('abuse_cases', 'Reports of other people, which name them.'),
    rekey: (trx, limit) => rekeyDesk(trx, keyring, limit),
  }),
  samples: () => import('./samples.ts'),
} satisfies DeskFeature<DeskPageParts>
