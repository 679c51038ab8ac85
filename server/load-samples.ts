// Joins the samples of all features, for the gallery and for tests.
import type { DeskFeature } from './desk/feature.ts'
import { features } from './features.ts'
import type { AllSamples, FeatureSamples } from './kit/feature.ts'
import type { MessageName } from './kit/messages/catalogue.ts'
import type { MessageSample, MessageSamples } from './kit/messages/message-sample.ts'
import { loadAuditActions } from './load-events.ts'
import { loadMessages } from './load-messages.ts'

const all: readonly Pick<DeskFeature<never>, 'name' | 'samples' | 'actionSamples'>[] = features

export async function loadSamples(): Promise<AllSamples> {
  const actions = await loadAuditActions()
  const loaded = await Promise.all(
    all.map(async ({ samples, actionSamples }): Promise<FeatureSamples> => {
      const own: FeatureSamples = (await samples?.()) ?? {}
      const withActions = (await actionSamples?.())?.actionSamples(actions) ?? []
      return { ...own, samples: [...(own.samples ?? []), ...withActions] }
    }),
  )
  return {
    catalogue: await loadMessages(),
    samples: loaded.flatMap(({ samples = [], joinSamples }) => [
      ...samples,
      ...(joinSamples?.(loaded) ?? []),
    ]),
    messageSamples: loaded.flatMap(({ messageSamples = {} }) => listStates(messageSamples)),
  }
}

const listStates = (samples: MessageSamples): readonly MessageSample[] =>
  Object.entries(samples).flatMap(([name, states]) =>
    Object.entries(states).map(([state, params]) => ({
      name: name as MessageName,
      state,
      params,
    })),
  )
