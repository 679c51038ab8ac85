import type { AccountFeature } from '#server/accounts/feature.ts'
import type { RegistrationParts } from './parts.ts'
import { registrationRoutes } from './routes.ts'
import { registrationRows } from './settings.ts'
import texts from './texts.json' with { type: 'json' }

export const registrationFeature = {
  name: 'access/registration',
  texts,
  settings: registrationRows,
  events: () => import('./events.ts'),
  routes: (parts) => [registrationRoutes(parts)],
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<RegistrationParts>
