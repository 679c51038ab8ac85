import type { SiteParts } from '../parts.ts'
import type { DocumentSettings } from './settings.ts'

export type DocumentParts = SiteParts & { readonly settings: DocumentSettings }
