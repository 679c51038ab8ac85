import type { Feature } from '#server/kit/feature.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { deleteOldDrafts } from './store.ts'

export const draftsFeature = {
  name: 'kit/drafts',
  sweeps: ({ clock }) => [
    { name: 'drafts', run: (on, limit) => deleteOldDrafts(on, clock.now(), limit) },
  ],
} satisfies Feature<WebParts>
