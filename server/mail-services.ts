// Starts what mail servers ask the worker, each service at its own port.
import type { AccountFeature } from './accounts/feature.ts'
import type { Portal } from './compose.ts'
import { features } from './features.ts'
import type { Stoppable } from './kit/feature.ts'
import type { PortalParts } from './portal-parts.ts'

const all: readonly AccountFeature<PortalParts>[] = features

export async function startMailServices({ parts }: Pick<Portal, 'parts'>): Promise<Stoppable> {
  const started: Stoppable[] = []
  for (const { listen } of all) {
    const service = await listen?.(parts)
    if (service) started.push(service)
  }
  return { stop: async () => void (await Promise.all(started.map((service) => service.stop()))) }
}
