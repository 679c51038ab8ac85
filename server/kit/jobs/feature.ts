import type { Feature } from '#server/kit/feature.ts'
import type { WebParts } from '#server/kit/web/parts.ts'

export const jobsFeature = {
  name: 'kit/jobs',
  gauges: () => import('./gauges.ts'),
  checks: () => import('./checks.ts'),
} satisfies Feature<WebParts>
