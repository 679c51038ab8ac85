import type { AccessParts } from '#server/access/parts.ts'
import type { AccountFeature } from '#server/accounts/feature.ts'
import { passwordRoutes } from './routes.ts'
import { passwordCheck } from './security-check.ts'
import texts from './texts.json' with { type: 'json' }

export const passwordFeature = {
  name: 'access/password',
  texts,
  events: () => import('./events.ts'),
  securityCheck: passwordCheck,
  routes: (parts) => [passwordRoutes(parts)],
  overview: () => ({ flashes: ['password-changed'] }),
  messages: () => import('./messages.ts'),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<AccessParts>
