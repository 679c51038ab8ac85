import type { SiteParts } from '../parts.ts'
import type { HelpSettings } from './settings.ts'

export type HelpParts = SiteParts & { readonly settings: HelpSettings }
