import type { FeatureSamples } from '#server/kit/feature.ts'
import type { OverviewSample } from '#server/kit/pages/overview.ts'
import { arrange } from '#server/kit/pages/owner/join-overview.ts'
import type { Sample } from '#server/kit/pages/sample.ts'

export const samples: readonly Sample[] = [
  { page: 'home', state: 'stranger', view: 'site/overview/home' },
  {
    page: 'home',
    state: 'signed-out',
    view: 'site/overview/home',
    locals: { flash: 'signed-out' },
  },
  { page: 'home', state: 'signed-in', view: 'site/overview/home', signedIn: true },
]

/** Makes one sample of the overview for each state that a feature names. */
export function joinSamples(all: readonly FeatureSamples[]): readonly Sample[] {
  const given = all.map(({ overviewSamples = {} }) => overviewSamples)
  const states = new Set(given.flatMap((each) => Object.keys(each)))
  states.delete('otherwise')
  return Array.from(states, (state) =>
    sampleOf(
      state,
      given.flatMap((each) => each[state] ?? each.otherwise ?? []),
    ),
  )
}

const sampleOf = (state: string, parts: readonly OverviewSample[]): Sample => ({
  page: 'account',
  state,
  view: 'site/overview/account',
  signedIn: true,
  locals: {
    flash: parts.find(({ flash }) => flash)?.flash,
    ...arrange(
      parts.flatMap(({ sections = [] }) => sections),
      parts.flatMap(({ links = [] }) => links),
      parts.find(({ statusLink }) => statusLink)?.statusLink,
    ),
  },
})
