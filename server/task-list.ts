// Joins the background tasks of all features, and the times at which some run by themselves.
import type { AccountFeature } from './accounts/feature.ts'
import { features } from './features.ts'
import { cleanUpTask } from './kit/jobs/clean-up.ts'
import type { TaskList } from './kit/jobs/worker.ts'
import type { PortalParts } from './portal-parts.ts'

const all: readonly AccountFeature<PortalParts>[] = features

export const crontab = ['17 * * * * clean-up', ...all.flatMap(({ times = [] }) => times)].join('\n')

export function tasksOf(parts: PortalParts): TaskList {
  const tasks = all.map((feature) => feature.tasks?.(parts) ?? {})
  const sweeps = all.flatMap((feature) => feature.sweeps?.(parts) ?? [])
  return Object.assign({ 'clean-up': cleanUpTask(parts.db, sweeps) }, ...tasks)
}
