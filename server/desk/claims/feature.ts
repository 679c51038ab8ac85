import type { DeskFeature } from '#server/desk/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { endIdleClaims } from './claim-case.ts'
import { claimRoutes } from './claim-routes.ts'
import { deleteOldLooks } from './look-store.ts'
import { claimRows } from './settings.ts'
import texts from './texts.json' with { type: 'json' }

const lapseTask = 'claims:lapse'

export const deskClaimsFeature = {
  name: 'desk/claims',
  texts,
  settings: claimRows,
  actions: () => import('./actions.ts'),
  routes: (parts) => [claimRoutes(parts)],
  tasks: ({ desk }) => ({ [lapseTask]: async () => void (await endIdleClaims(desk)) }),
  times: [`* * * * * ${lapseTask}`],
  sweeps: ({ clock }) => [
    { name: 'looks at cases', run: (db, limit) => deleteOldLooks(db, clock.now(), limit) },
  ],
} satisfies DeskFeature<DeskPageParts>
