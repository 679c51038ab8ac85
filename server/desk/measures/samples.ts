// Blocks as their owners see them, and the pages of staff about measures and proposals.

import {
  at,
  later,
  type MessageSamples,
  mailbox,
  sampleToken,
} from '#server/kit/messages/message-sample.ts'
import { type Sample, sampleAddress, sampleMoment } from '#server/kit/pages/sample.ts'
import { colleague, measure, now } from '../sample-facts.ts'
import { consolePage } from '../staff/sample-page.ts'
import { consequencesOf } from './measures.ts'

const token = 'a-sample-opens-nothing-and-is-as-long-as-a-true-link'
const block = {
  extent: 'all',
  cause: 'phishing',
  since: sampleMoment(30),
  until: sampleMoment(-100),
  recovery: 'no',
  wordsHref: `/words/appeal/${token}`,
  strikes: { count: 1, noted: 3, isMany: false, until: sampleMoment(-4000) },
  appeal: { kind: 'open', token, until: sampleMoment(-450) },
}
const notice = {
  locale: 'be',
  title: 'Скрыня абмежавана',
  lead: 'Са скрыні нельга адпраўляць лісты.',
  until: null,
  cause: 'Прычына: лісты, якія выманьваюць паролі або грошы.',
}
const free = { standing: 'none', until: null, shown: '' }

const blocked = (state: string, more: object): Sample => ({
  page: 'blocked',
  state,
  view: 'desk/measures/blocked',
  locals: { block: { ...block, ...more }, titleKey: 'blocked.title' },
})

export const samples: readonly Sample[] = [
  blocked('all', {}),
  blocked('compromised', {
    extent: 'compromised',
    cause: 'compromised',
    until: null,
    recovery: 'opens',
  }),
  blocked('no-way-back', {
    extent: 'compromised',
    cause: 'compromised',
    until: null,
    recovery: 'no-way-back',
  }),
  blocked('objected', { appeal: { kind: 'made', reference: 'A-44ZT-0Q1N', decision: null } }),
  blocked('decided', { appeal: { kind: 'made', reference: 'A-44ZT-0Q1N', decision: 'kept' } }),
  blocked('too-late', { until: null, appeal: { kind: 'too-late' } }),
  {
    page: 'blocked',
    state: 'lifted',
    view: 'desk/measures/blocked',
    locals: { block: null, titleKey: 'blocked.title' },
  },
  {
    page: 'warned',
    state: 'open',
    view: 'desk/measures/blocked',
    signedIn: true,
    locals: { block: { ...block, extent: 'warned', cause: 'spam' }, titleKey: 'warned.title' },
  },
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
  consolePage('staff-measure', 'warning', 'desk/measures/measure', {
    caseId: '3',
    address: sampleAddress,
    state: {
      ...free,
      strikes: { count: 2, noted: 3, isMany: false, until: sampleMoment(-2000) },
    },
    notice: { ...notice, title: 'Папярэджанне' },
    consequences: consequencesOf('warning'),
    wanted: { measure: 'warning', cause: 'spam', days: 'none', until: sampleMoment(-4300) },
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
    meansKey: 'staff-lift.means',
    by: colleague,
    may: true,
  }),
  consolePage('staff-lift', 'by-operator', 'desk/measures/lift', {
    measure: { ...measure, measure: 'block', until: null, proposedBy: null },
    address: sampleAddress,
    meansKey: 'staff-lift.means',
    may: true,
  }),
  consolePage('staff-lift', 'senior-needed', 'desk/measures/lift', {
    measure: { ...measure, measure: 'block', until: null },
    address: sampleAddress,
    meansKey: 'staff-lift.means',
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
]

export const messageSamples: MessageSamples = {
  'account-blocked': {
    limited: { mailbox, at, extent: 'limited', cause: 'spam', until: null, appealToken: null },
    send: {
      mailbox,
      at,
      extent: 'send',
      cause: 'phishing',
      until: later,
      appealToken: sampleToken,
    },
    login: { mailbox, at, extent: 'login', cause: 'malware', until: null, appealToken: null },
    all: { mailbox, at, extent: 'all', cause: 'fraud', until: later, appealToken: sampleToken },
    compromised: {
      mailbox,
      at,
      extent: 'compromised',
      cause: 'other',
      until: null,
      appealToken: null,
    },
  },
  'account-unblocked': { lifted: { mailbox, at } },
}
