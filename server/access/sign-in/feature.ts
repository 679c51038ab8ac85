import type { AccessParts } from '#server/access/parts.ts'
import type { AccountFeature } from '#server/accounts/feature.ts'
import { signInRoutes } from './routes.ts'
import texts from './texts.json' with { type: 'json' }

export const signInFeature = {
  name: 'access/sign-in',
  texts,
  events: () => import('./events.ts'),
  menu: [
    {
      menu: 'home',
      rank: 30,
      href: '/sign-in',
      text: 'home.sign-in.title',
      summary: 'home.sign-in.text',
      icon: 'sign-in',
      for: 'stranger',
    },
  ],
  routes: (parts) => [signInRoutes(parts)],
  messages: () => import('./messages.ts'),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<AccessParts>
