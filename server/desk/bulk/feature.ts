import { msPerDay } from '#server/core/durations.ts'
import type { DeskFeature } from '#server/desk/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { consoleEntry } from '../staff/console-entry.ts'
import { bulkRoutes } from './bulk-routes.ts'
import { deleteOldRuns } from './bulk-store.ts'
import { runTask, undoTask } from './make-run.ts'
import { bulkRows } from './settings.ts'
import texts from './texts.json' with { type: 'json' }
import { undoCases } from './undo-cases.ts'
import { settleRun, settleTask, workOnRun } from './work-on-run.ts'

export const bulkFeature = {
  name: 'desk/bulk',
  texts,
  settings: bulkRows,
  actions: () => import('./actions.ts'),
  menu: [
    consoleEntry('staff-bulk', {
      rank: 15,
      href: '/staff/bulk',
      right: 'cases.work',
    }),
  ],
  routes: (parts) => [bulkRoutes(parts)],
  tasks: ({ desk }) => ({
    [runTask]: ({ runId }) => workOnRun(desk, String(runId)),
    [settleTask]: ({ runId }) => settleRun(desk, String(runId)),
    [undoTask]: ({ runId }) => undoCases(desk, String(runId)),
  }),
  sweeps: ({ desk, clock }) => [
    {
      name: 'decisions about many cases',
      run(db, limit) {
        const now = clock.now().getTime()
        const runs = new Date(now - desk.settings.caseDays * msPerDay)
        return deleteOldRuns(
          db,
          {
            drafts: new Date(now - msPerDay),
            runs,
          },
          limit,
        )
      },
    },
  ],
  samples: () => import('./samples.ts'),
} satisfies DeskFeature<DeskPageParts>
