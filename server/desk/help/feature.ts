import type { DeskFeature } from '#server/desk/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { consoleEntry } from '../staff/console-entry.ts'
import { deskHelpRoutes } from './routes.ts'
import texts from './texts.json' with { type: 'json' }

export const deskHelpFeature = {
  name: 'desk/help',
  texts,
  menu: [consoleEntry('staff-help', { rank: 80, href: '/staff/help', key: '?' })],
  routes: (parts) => [deskHelpRoutes(parts)],
  samples: () => import('./samples.ts'),
} satisfies DeskFeature<DeskPageParts>
