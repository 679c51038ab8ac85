import type { AccountFeature } from '#server/accounts/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { provenanceRows } from './settings.ts'

export const provenanceFeature = {
  name: 'desk/provenance',
  settings: provenanceRows,
} satisfies AccountFeature<DeskPageParts>
