import type { Feature } from '#server/kit/feature.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { deleteSpentLimits } from './limits.ts'
import texts from './texts.json' with { type: 'json' }

export const limitsFeature = {
  name: 'kit/limits',
  texts,
  sweeps: ({ clock }) => [
    { name: 'limits', run: (on, limit) => deleteSpentLimits(on, clock.now(), limit) },
  ],
  messages: () => import('./messages.ts'),
  samples: () => import('./samples.ts'),
} satisfies Feature<WebParts>
