import type { DeskFeature } from '#server/desk/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { strikeRows } from './settings.ts'
import texts from './texts.json' with { type: 'json' }

export const strikesFeature = {
  name: 'desk/strikes',
  texts,
  settings: strikeRows,
  events: () => import('./events.ts'),
  messages: () => import('./messages.ts'),
  samples: () => import('./samples.ts'),
} satisfies DeskFeature<DeskPageParts>
