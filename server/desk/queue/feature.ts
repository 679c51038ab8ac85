import type { DeskFeature } from '#server/desk/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { consoleEntry } from '../staff/console-entry.ts'
import { queueRoutes } from './queue-routes.ts'
import texts from './texts.json' with { type: 'json' }

export const queueFeature = {
  name: 'desk/queue',
  texts,
  actions: () => import('./actions.ts'),
  menu: [
    consoleEntry('staff-queue', {
      rank: 10,
      href: '/staff/cases',
      right: 'cases.see',
    }),
    consoleEntry('staff-search', {
      rank: 20,
      href: '/staff/search',
      right: 'search.use',
      key: '/',
    }),
  ],
  routes: (parts) => [queueRoutes(parts)],
  samples: () => import('./samples.ts'),
} satisfies DeskFeature<DeskPageParts>
