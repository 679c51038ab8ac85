import type { DeskPageParts } from '#server/desk/parts.ts'
import type { AllSamples } from '#server/kit/feature.ts'
import type { Overview } from '#server/kit/pages/overview.ts'
import type { SecurityCheck } from '#server/kit/pages/owner/security-check.ts'
import type { CheckSettings } from './check/settings.ts'

export interface SiteParts extends DeskPageParts {
  /** True after SIGTERM: `/readyz` then says no, so that the load balancer sends nobody. */
  readonly isDraining: () => boolean
  readonly settings: DeskPageParts['settings'] & CheckSettings
  /** What each feature adds to the overview. */
  readonly overviews: () => readonly Overview[]
  /** What each feature adds to the security check. */
  readonly securityChecks: () => readonly SecurityCheck[]
  /** Loads the samples late, since only the gallery needs them. */
  readonly loadSamples: () => Promise<AllSamples>
}
