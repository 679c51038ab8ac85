import type { DeskPageParts } from '#server/desk/parts.ts'
import type { Overview } from '#server/kit/pages/overview.ts'
import type { GallerySamples } from './gallery/gallery.ts'
import type { HelpSettings } from './help/settings.ts'

export interface SiteParts extends DeskPageParts {
  readonly settings: DeskPageParts['settings'] & HelpSettings
  /** After SIGTERM: no new visitor is to come. */
  readonly isDraining: () => boolean
  /** What each feature shows on the owner's page. */
  readonly overviews: () => readonly Overview[]
  /** Of every feature. */
  readonly loadSamples: () => Promise<GallerySamples>
}
