import type { AccessParts } from '#server/access/parts.ts'
import type { AccountFeature } from '#server/accounts/feature.ts'
import { sessionRoutes } from './routes.ts'

export const sessionPagesFeature = {
  name: 'access/sessions',
  routes: (parts) => [sessionRoutes(parts)],
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<AccessParts>
