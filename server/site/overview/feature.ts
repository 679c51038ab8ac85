import type { AccountFeature } from '#server/accounts/feature.ts'
import type { SiteParts } from '../parts.ts'
import { overviewRoutes } from './routes.ts'
import texts from './texts.json' with { type: 'json' }

export const overviewFeature = {
  name: 'site/overview',
  texts,
  menu: [
    { menu: 'account', rank: 10, href: '/account', text: 'layout.menu.account', pageId: 'account' },
    {
      menu: 'home',
      rank: 10,
      href: '/account',
      text: 'home.account.title',
      summary: 'home.account.text',
      icon: 'mailbox',
      for: 'owner',
    },
  ],
  routes: (parts) => [overviewRoutes(parts)],
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<SiteParts>
