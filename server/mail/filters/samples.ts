import type { OverviewSamples } from '#server/kit/pages/overview.ts'
import { type Sample, sampleMoment } from '#server/kit/pages/sample.ts'
import type { FilterCard } from './card.ts'
import { waitingFiltersSection } from './overview.ts'

const waiting = { state: 'held', stateKind: 'bad', mayDecide: true } as const
const deciding = { state: 'coming', stateKind: 'wait', mayDecide: false } as const
const theft: FilterCard = {
  id: 'a',
  name: 'roundcube',
  heldAt: sampleMoment(2),
  problem: null,
  ...waiting,
  source: 'require "copy";\nredirect :copy "post.of.others@a-very-long-name.elsewhere.example";\n',
  described: {
    targets: [
      { address: 'post.of.others@a-very-long-name.elsewhere.example', how: 'copy' },
      { address: 'second@elsewhere.example', how: 'forward' },
      { address: 'bell@elsewhere.example', how: 'news' },
    ],
    folders: ['Newsletters/Gardens and balconies'],
    does: ['answers', 'discards', 'refuses', 'marks-read'],
    clear: false,
    silent: false,
  },
}
const nothing = { targets: [], folders: [], does: [], clear: true, silent: true }

const page = (state: string, locals: object): Sample => ({
  page: 'filters',
  state,
  view: 'mail/filters/filters',
  signedIn: true,
  locals: { reachable: true, unheldSince: null, pending: false, held: [], ...locals },
})

export const samples: readonly Sample[] = [
  page('none', {}),
  page('pending', { pending: true }),
  page('held', {
    flash: 'removed',
    flashKind: 'success',
    held: [theft, { ...theft, id: 'b', name: 'On holiday', source: null, described: nothing }],
  }),
  page('deciding', {
    flash: 'kept',
    flashKind: 'success',
    held: [
      { ...theft, id: 'c', ...deciding, described: nothing },
      { ...theft, id: 'd', described: null, source: null },
    ],
  }),
  ...(['changed', 'refused'] as const).map((problem) =>
    page(problem, { held: [{ ...theft, problem, described: nothing }] }),
  ),
  ...(['kept-before', 'removed-before'] as const).map((flash) =>
    page(flash, { flash, flashKind: 'warning' }),
  ),
  page('unread', {
    flash: 'unread',
    flashKind: 'warning',
    held: [{ ...theft, described: null, source: null }],
  }),
  page('unreachable', { reachable: false, unheldSince: sampleMoment(2) }),
  page('unreachable-looked', { reachable: false, flash: 'looked', flashKind: 'success' }),
]

export const overviewSamples: OverviewSamples = {
  'space-asked': { sections: [waitingFiltersSection('held')] },
  delayed: { sections: [waitingFiltersSection('unheld')] },
}
