import type { AccessParts } from '#server/access/parts.ts'
import type { AccountFeature } from '#server/accounts/feature.ts'
import { signInRoutes } from './routes.ts'

export const signInFeature = {
  name: 'access/sign-in',
  routes: (parts) => [signInRoutes(parts)],
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<AccessParts>
