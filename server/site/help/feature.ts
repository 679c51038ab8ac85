import type { AccountFeature } from '#server/accounts/feature.ts'
import type { SiteParts } from '../parts.ts'
import { helpMenu } from './menu.ts'
import { mailProgramsLink } from './overview.ts'
import { helpRoutes } from './routes.ts'
import texts from './texts.json' with { type: 'json' }

export const helpFeature = {
  name: 'site/help',
  texts,
  menu: helpMenu,
  routes: (parts) => [helpRoutes(parts)],
  overview: () => ({ links: [mailProgramsLink] }),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<SiteParts>
