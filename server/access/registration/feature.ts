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
  menu: [
    {
      menu: 'home',
      rank: 20,
      href: '/register',
      text: 'home.register.title',
      summary: 'home.register.text',
      icon: 'register',
      for: 'stranger',
    },
  ],
  routes: (parts) => [registrationRoutes(parts)],
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<RegistrationParts>
