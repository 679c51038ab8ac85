import type { AccountFeature } from '#server/accounts/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { figuresRoutes } from './figures-routes.ts'

export const figuresFeature = {
  name: 'desk/figures',
  routes: (parts) => [figuresRoutes(parts)],
  gauges: () => import('./gauges.ts'),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<DeskPageParts>
