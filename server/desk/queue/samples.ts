// The lists of the abuse desk: the queue with its tabs, and the search.

import { type Sample, sampleAddress, sampleMoment } from '#server/kit/pages/sample.ts'
import { bulkMeasures, bulkOutcomes } from '../bulk/decisions.ts'
import { measureCauses } from '../measures/measures.ts'
import { kinds, lines, now } from '../sample-facts.ts'
import { consolePage } from '../staff/sample-page.ts'
import { searchFields } from './search-terms.ts'

const bulkChoices = {
  outcomes: bulkOutcomes,
  measures: bulkMeasures,
  causes: measureCauses,
  days: ['1', '3', '7', '14', '30', '90'],
}
const counts: Record<string, number> = {
  new: 12,
  mine: 1,
  open: 16,
  unattributed: 40,
  appeals: 2,
}
const queue = (state: string, tab: string, locals: object = {}): Sample =>
  consolePage('staff-queue', state, 'desk/queue/queue', {
    tab,
    tabs: ['new', 'mine', 'open', 'unattributed', 'appeals', 'closed'].map((name) => ({
      name,
      href: `/staff/cases?tab=${name}`,
      count: counts[name],
    })),
    unseen: false,
    late: false,
    lateCount: 1,
    filtered: false,
    proposals: 0,
    cases: [],
    appeals: [],
    older: null,
    newer: null,
    now,
    bulk: null,
    list: [],
    ticked: [],
    choices: {
      severity: ['low', 'medium', 'high', 'emergency'],
      kind: kinds,
      provenance: ['not-ours', 'unproven', 'likely', 'proven'],
    },
    ...locals,
  })

const campaign = {
  id: '7',
  kind: 'link-host',
  name: 'login.bank.example',
  senders: 14,
}

const searchPage = {
  fields: searchFields,
  older: null,
  newer: null,
  now,
}

export const samples: readonly Sample[] = [
  queue('filled', 'new', {
    cases: lines,
    bulk: bulkChoices,
    ticked: ['5'],
    filtered: true,
    proposals: 3,
    values: { severity: 'high' },
    older: '/staff/cases?after=1.2',
  }),
  queue('errors', 'open', {
    cases: lines,
    bulk: bulkChoices,
    errors: [{ field: 'cases', reason: 'none' }],
  }),
  queue('empty', 'mine'),
  queue('group', 'every', {
    cases: lines,
    bulk: bulkChoices,
    ticked: [],
    filtered: true,
    campaign,
  }),
  queue('appeals', 'appeals', {
    appeals: [
      {
        id: '1',
        reference: 'A-7K3M-9QXA',
        address: sampleAddress,
        measure: 'block',
        madeAt: sampleMoment(9),
        took: true,
      },
    ],
  }),
  consolePage('staff-search', 'empty', 'desk/queue/search', {
    ...searchPage,
    searched: false,
    cases: [],
  }),
  consolePage('staff-search', 'found', 'desk/queue/search', {
    ...searchPage,
    searched: true,
    cases: lines,
    values: { q: 'bank.example', field: 'link-host' },
  }),
  consolePage('staff-search', 'nothing', 'desk/queue/search', {
    ...searchPage,
    searched: true,
    cases: [],
  }),
]
