import type { Feature } from '#server/kit/feature.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import texts from './texts.json' with { type: 'json' }

/** The pages of errors, which belong to no other feature. */
export const pagesFeature = {
  name: 'kit/pages',
  texts,
  samples: () => import('./samples.ts'),
} satisfies Feature<WebParts>
