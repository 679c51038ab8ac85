// Every sample of every feature, for the gallery and for tests.
import { features } from './features.ts'
import type { AllSamples, Feature, FeatureSamples } from './kit/feature.ts'
import type { MessageName } from './kit/messages/catalogue.ts'
import type { MessageSample, MessageSamples } from './kit/messages/message-sample.ts'

const all: readonly Pick<Feature<never>, 'name' | 'samples'>[] = features

export async function loadSamples(): Promise<AllSamples> {
  const loaded = await Promise.all(
    all.map(async ({ samples }): Promise<FeatureSamples> => (await samples?.()) ?? {}),
  )
  return {
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
