import type { AccountFeature } from '#server/accounts/feature.ts'
import type { SiteParts } from '../parts.ts'
import { healthRoutes } from './routes.ts'

export const healthFeature = {
  name: 'site/health',
  programRoutes: ({ db, isDraining }) => [healthRoutes(db, isDraining)],
} satisfies AccountFeature<SiteParts>
