import type { Registry } from 'prom-client'
import type { AccountFeature } from './accounts/feature.ts'
import { features } from './features.ts'
import type { PortalParts } from './portal-parts.ts'

const all: readonly AccountFeature<PortalParts>[] = features

export async function loadGauges(registry: Registry, parts: PortalParts): Promise<void> {
  for (const { gauges } of all) (await gauges?.())?.registerGauges(registry, parts)
}
