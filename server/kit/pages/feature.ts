import type { Feature } from '#server/kit/feature.ts'

/** The pages of errors, which belong to no other feature. */
export const pagesFeature = {
  name: 'kit/pages',
  samples: () => import('./samples.ts'),
} satisfies Feature<unknown>
