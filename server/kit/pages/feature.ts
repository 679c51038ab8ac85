import type { Feature } from '#server/kit/feature.ts'
import type { WebParts } from '#server/kit/web/parts.ts'

/** The pages of errors, which belong to no other feature. */
export const pagesFeature = {
  name: 'kit/pages',
  samples: () => import('./samples.ts'),
} satisfies Feature<WebParts>
