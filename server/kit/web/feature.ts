import { dayBefore } from '#server/core/clock.ts'
import type { Feature } from '#server/kit/feature.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { deleteOldForms } from './sent-forms-store.ts'

export const webFeature = {
  name: 'kit/web',
  sweeps: ({ clock }) => [
    { name: 'sent forms', run: (on, limit) => deleteOldForms(on, dayBefore(clock), limit) },
  ],
} satisfies Feature<WebParts>
