// What the worker does for the mail servers, each at a port of its own.
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
