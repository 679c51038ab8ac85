import type { AccountFeature } from '#server/accounts/feature.ts'
import type { SiteParts } from '../parts.ts'
import { helpRoutes } from './routes.ts'
import { helpRows } from './settings.ts'

export const helpFeature = {
  name: 'site/help',
  settings: helpRows,
  routes: (parts) => [helpRoutes(parts)],
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<SiteParts>
