import type { DeskFeature } from '#server/desk/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { queueRoutes } from './queue-routes.ts'
import texts from './texts.json' with { type: 'json' }

export const queueFeature = {
  name: 'desk/queue',
  texts,
  actions: () => import('./actions.ts'),
  routes: (parts) => [queueRoutes(parts)],
  samples: () => import('./samples.ts'),
} satisfies DeskFeature<DeskPageParts>
