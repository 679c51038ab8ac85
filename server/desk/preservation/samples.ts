import { type Sample, sampleMoment } from '#server/kit/pages/sample.ts'
import { colleague, now } from '../sample-facts.ts'
import { consolePage } from '../staff/sample-page.ts'

const standing = {
  id: '7',
  caseId: '3',
  reason: 'Request 17/2026 of the prosecutor',
  by: colleague,
  begunAt: sampleMoment(5),
  endedAt: null,
}
const ended = {
  ...standing,
  id: '6',
  reason: 'Inquiry of the police, closed',
  endedByName: colleague,
  endedAt: sampleMoment(1),
}
const ofCase = (state: string, locals: object): Sample =>
  consolePage('staff-preservation', state, 'desk/preservation/preservation', {
    caseId: '3',
    titleParams: { id: '3' },
    ...locals,
  })

export const samples: readonly Sample[] = [
  ofCase('filled', { preservations: [standing, ended], flash: 'preserved' }),
  ofCase('errors', { preservations: [], errors: [{ field: 'reason', reason: 'missing' }] }),
  consolePage('staff-preservations', 'filled', 'desk/preservation/preservations', {
    preservations: [standing],
    now,
  }),
  consolePage('staff-preservations', 'empty', 'desk/preservation/preservations', {
    preservations: [],
    now,
  }),
]
