import type { DeskFeature } from '#server/desk/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { consoleEntry } from '../staff/console-entry.ts'
import { figuresRoutes } from './figures-routes.ts'
import texts from './texts.json' with { type: 'json' }

export const figuresFeature = {
  name: 'desk/figures',
  texts,
  actions: () => import('./actions.ts'),
  menu: [consoleEntry('staff-figures', { rank: 50, href: '/staff/figures', right: 'figures.see' })],
  routes: (parts) => [figuresRoutes(parts)],
  gauges: () => import('./gauges.ts'),
  samples: () => import('./samples.ts'),
} satisfies DeskFeature<DeskPageParts>
