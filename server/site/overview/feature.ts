import type { AccountFeature } from '#server/accounts/feature.ts'
import type { SiteParts } from '../parts.ts'
import { overviewRoutes } from './routes.ts'

export const overviewFeature = {
  name: 'site/overview',
  routes: (parts) => [overviewRoutes(parts)],
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<SiteParts>
