// The pages about measures, proposals and appeals.
import { consequencesOf } from '#server/desk/measures/measures.ts'
import { colleague, days, measure, now } from './desk-facts.ts'
import { type Sample, sampleAddress, sampleMoment } from './sample.ts'
import { consolePage } from './staff-samples.ts'

const notice = {
  locale: 'be',
  title: 'Скрыня абмежаваная',
  lead: 'Са скрыні нельга адпраўляць лісты.',
  until: null,
  cause: 'Прычына: лісты, якія выманьваюць паролі або грошы.',
}
const free = { standing: 'none', until: null, shown: '' }

export const measureSamples: readonly Sample[] = [
  consolePage('staff-measure', 'suspend-all', 'desk/measures/measure', {
    caseId: '3',
    address: sampleAddress,
    state: free,
    notice,
    consequences: consequencesOf('suspend-all'),
    wanted: { measure: 'suspend-all', cause: 'phishing', days: '7', until: sampleMoment(-168) },
  }),
  consolePage('staff-measure', 'changed', 'desk/measures/measure', {
    caseId: '3',
    address: sampleAddress,
    notice,
    consequences: consequencesOf('limit-sending'),
    state: { standing: 'suspend-all', until: sampleMoment(-720), shown: '' },
    wanted: { measure: 'limit-sending', cause: 'spam', days: '7', until: sampleMoment(-168) },
    warnings: [
      { code: 'milder' },
      { code: 'new-password-case', at: sampleMoment(1) },
      { code: 'no-report-since' },
    ],
    errors: [
      { field: 'measure', reason: 'standing-changed' },
      { field: 'measure', reason: 'password-changed' },
    ],
  }),
  consolePage('staff-measure', 'no-way-back', 'desk/measures/measure', {
    caseId: '3',
    address: sampleAddress,
    state: free,
    notice,
    consequences: consequencesOf('compromised', true),
    wanted: { measure: 'compromised', cause: 'compromised', days: 'none', until: null },
    warnings: [{ code: 'no-way-back' }],
  }),
  consolePage('staff-measure', 'errors', 'desk/measures/measure', {
    caseId: '3',
    address: sampleAddress,
    state: { standing: 'block', until: null },
    consequences: [],
    errors: [{ field: 'measure', reason: 'not-from-here' }],
  }),
  consolePage('staff-lift', 'suspend-sending', 'desk/measures/lift', {
    measure,
    address: sampleAddress,
    by: colleague,
    may: true,
  }),
  consolePage('staff-lift', 'senior-needed', 'desk/measures/lift', {
    measure: { ...measure, measure: 'block', until: null },
    address: sampleAddress,
    by: colleague,
    may: false,
    errors: [{ field: 'measure', reason: 'senior-needed' }],
  }),
  consolePage('staff-approvals', 'filled', 'desk/measures/approvals', {
    proposals: [
      { ...measure, address: sampleAddress, by: colleague },
      { ...measure, id: '5', address: sampleAddress, mine: true },
    ],
    now,
  }),
  consolePage('staff-approvals', 'empty', 'desk/measures/approvals', { proposals: [], now }),
  consolePage('staff-approval', 'block', 'desk/measures/approval', {
    proposal: { ...measure, address: sampleAddress, by: colleague, measure: 'block', until: null },
    mayApprove: true,
    refusals: [],
    consequences: consequencesOf('block'),
    notice,
    state: free,
  }),
  consolePage('staff-approval', 'recovered', 'desk/measures/approval', {
    proposal: {
      ...measure,
      address: sampleAddress,
      by: colleague,
      measure: 'compromised',
      until: null,
    },
    mayApprove: true,
    refusals: [],
    consequences: consequencesOf('compromised'),
    notice,
    state: free,
    warnings: [{ code: 'new-password-proposal', at: sampleMoment(1) }],
    errors: [{ field: 'measure', reason: 'password-changed' }],
  }),
  consolePage('staff-approval', 'proposer-gone', 'desk/measures/approval', {
    proposal: { ...measure, address: sampleAddress, by: colleague },
    mayApprove: false,
    consequences: consequencesOf('suspend-sending'),
    notice,
    state: free,
    refusals: [{ reason: 'proposer-without-right' }],
  }),
  consolePage('staff-appeal', 'waiting', 'desk/appeals/appeal-desk', {
    ...appeal(),
    took: false,
    mayDecide: true,
    choices: { decisions: ['lifted', 'eased', 'kept'], measures: ['limit-sending'], days },
  }),
  consolePage('staff-appeal', 'replaced', 'desk/appeals/appeal-desk', {
    ...appeal(),
    took: false,
    mayDecide: true,
    state: { standing: 'suspend-all', until: sampleMoment(-720) },
    measure: { ...measure, state: 'ended' },
    choices: { decisions: ['kept'], measures: [], days },
    errors: [{ field: 'decision', reason: 'replaced' }],
  }),
  consolePage('staff-appeal', 'decided', 'desk/appeals/appeal-desk', {
    ...appeal({ decidedAt: sampleMoment(1), decision: 'kept' }),
    took: true,
    mayDecide: false,
    decidedBy: colleague,
  }),
]

function appeal(more: object = {}) {
  const text = 'I sent an invitation to my own choir.\nIt was no advertising.'
  return {
    appeal: {
      id: '1',
      reference: 'A-7K3M-9QXA',
      text,
      madeAt: sampleMoment(9),
      decidedAt: null,
      ...more,
    },
    measure,
    state: { standing: 'suspend-sending', until: measure.until },
    address: sampleAddress,
    by: colleague,
  }
}
