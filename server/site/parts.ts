import type { DeskPageParts } from '#server/desk/parts.ts'
import type { AllSamples } from '#server/kit/feature.ts'
import type { Overview } from '#server/kit/pages/overview.ts'

export interface SiteParts extends DeskPageParts {
  /** After SIGTERM: no new visitor is to come. */
  readonly isDraining: () => boolean
  /** What each feature shows on the owner's page. */
  readonly overviews: () => readonly Overview[]
  /** Loads the samples of every feature. */
  readonly loadSamples: () => Promise<AllSamples>
}
