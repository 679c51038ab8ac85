import type { AccountFeature } from '#server/accounts/feature.ts'
import { helpMenu } from './menu.ts'
import { mailProgramsLink } from './overview.ts'
import type { HelpParts } from './parts.ts'
import { helpRoutes } from './routes.ts'
import { helpRows } from './settings.ts'
import texts from './texts.json' with { type: 'json' }

export const helpFeature = {
  name: 'site/help',
  texts,
  settings: helpRows,
  menu: helpMenu,
  routes: (parts) => [helpRoutes(parts)],
  overview: () => ({ links: [mailProgramsLink] }),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<HelpParts>
