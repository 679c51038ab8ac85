import type { AccessParts } from '#server/access/parts.ts'
import type { AccountFeature } from '#server/accounts/feature.ts'
import { sessionsOverview } from './overview.ts'
import { sessionRoutes } from './routes.ts'
import { sessionsCheck } from './security-check.ts'
import texts from './texts.json' with { type: 'json' }

export const sessionPagesFeature = {
  name: 'access/sessions',
  texts,
  events: () => import('./events.ts'),
  menu: [
    {
      menu: 'account',
      rank: 30,
      href: '/account/sessions',
      text: 'layout.menu.sessions',
      pageId: 'sessions',
    },
  ],
  routes: (parts) => [sessionRoutes(parts)],
  overview: sessionsOverview,
  securityCheck: sessionsCheck,
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<AccessParts>
