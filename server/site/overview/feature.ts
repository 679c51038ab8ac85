import type { AccountFeature } from '#server/accounts/feature.ts'
import type { SiteParts } from '../parts.ts'
import { overviewRoutes } from './routes.ts'
import texts from './texts.json' with { type: 'json' }

export const overviewFeature = {
  name: 'site/overview',
  texts,
  routes: (parts) => [overviewRoutes(parts)],
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<SiteParts>
