import type { AccountFeature } from '#server/accounts/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { provenanceRows } from './settings.ts'
import texts from './texts.json' with { type: 'json' }

export const provenanceFeature = {
  name: 'desk/provenance',
  texts,
  settings: provenanceRows,
} satisfies AccountFeature<DeskPageParts>
