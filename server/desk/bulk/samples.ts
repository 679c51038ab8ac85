// The pages of a decision about many cases.
import { type Sample, sampleMoment } from '#server/kit/pages/sample.ts'
import { colleague, lines, now } from '../sample-facts.ts'
import { consolePage } from '../staff/sample-page.ts'

const run = {
  id: '7',
  state: 'draft',
  decision: 'no-breach',
  decisionKey: 'abuse.outcomes.no-breach',
  cause: null,
  days: null,
  count: 3,
  by: colleague,
  second: undefined,
  mine: true,
  madeAt: sampleMoment(1),
  undoUntil: null,
}
const effects = ['closes', 'claimed', 'closes']
const shownLines = lines.map((line, at) => ({
  ...line,
  about: 'Your account will be closed',
  effect: effects[at],
  tag: effects[at] === 'closes' ? 'good' : '',
}))
const may = {
  send: false,
  approve: false,
  refuse: false,
  undo: false,
}

const page = (state: string, locals: object): Sample =>
  consolePage('staff-bulk-run', state, 'desk/bulk/run', {
    run,
    lines: shownLines,
    totals: [
      { effect: 'closes', count: 2 },
      { effect: 'claimed', count: 1 },
    ],
    shown: '3:0123456789',
    waitsForSecond: false,
    may,
    now,
    ...locals,
  })

export const samples: readonly Sample[] = [
  consolePage('staff-bulk', 'filled', 'desk/bulk/runs', {
    runs: [
      run,
      {
        ...run,
        id: '6',
        state: 'done',
        mine: false,
      },
    ],
    now,
  }),
  consolePage('staff-bulk', 'empty', 'desk/bulk/runs', {
    runs: [],
    now,
  }),
  page('draft', {
    may: { ...may, send: true },
    waitsForSecond: true,
  }),
  page('proposed', {
    run: {
      ...run,
      state: 'proposed',
      mine: false,
      decisionKey: 'abuse.measures.suspend-sending',
      cause: 'phishing',
      days: 7,
    },
    may: { ...may, approve: true, refuse: true },
  }),
  page('running', {
    run: { ...run, state: 'running' },
    flash: 'running',
  }),
  page('done', {
    run: {
      ...run,
      state: 'done',
      second: colleague,
      undoUntil: sampleMoment(-1),
    },
    may: { ...may, undo: true },
  }),
]
