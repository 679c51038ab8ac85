import type { DeskFeature } from '#server/desk/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { reporterRoutes } from './routes.ts'
import texts from './texts.json' with { type: 'json' }

export const reportersFeature = {
  name: 'desk/reporters',
  texts,
  actions: () => import('./actions.ts'),
  routes: (parts) => [reporterRoutes(parts)],
  samples: () => import('./samples.ts'),
} satisfies DeskFeature<DeskPageParts>
