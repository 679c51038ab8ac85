import type { DeskFeature } from '#server/desk/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import texts from './texts.json' with { type: 'json' }

/** Cases in which a life is in danger, or a child. */
export const emergenciesFeature = {
  name: 'desk/emergencies',
  texts,
} satisfies DeskFeature<DeskPageParts>
