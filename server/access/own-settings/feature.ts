import type { AccessParts } from '#server/access/parts.ts'
import type { AccountFeature } from '#server/accounts/feature.ts'
import { settingsLink } from './overview.ts'
import { ownSettingsRoutes } from './routes.ts'
import texts from './texts.json' with { type: 'json' }

export const ownSettingsFeature = {
  name: 'access/own-settings',
  texts,
  events: () => import('./events.ts'),
  menu: [
    {
      menu: 'account',
      rank: 50,
      href: '/account/settings',
      text: 'layout.menu.settings',
      pageId: 'settings',
    },
  ],
  routes: (parts) => [ownSettingsRoutes(parts)],
  overview: () => ({ links: [settingsLink] }),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<AccessParts>
