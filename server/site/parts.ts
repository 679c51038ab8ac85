import type { DeskPageParts } from '#server/desk/parts.ts'
import type { HelpSettings } from './help/settings.ts'

export interface SiteParts extends DeskPageParts {
  readonly settings: DeskPageParts['settings'] & HelpSettings
  /** After SIGTERM: no new visitor is to come. */
  readonly isDraining: () => boolean
}
