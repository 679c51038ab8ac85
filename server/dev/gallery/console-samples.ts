// The pages of the abuse desk.
import { barChart, lineChart } from '../../abuse/charts.ts'
import { frameDocument } from '../../abuse/letter-html.ts'
import { consequencesOf, measureCauses, measureNames } from '../../abuse/measures.ts'
import { outcomes } from '../../abuse/report-store.ts'
import { auditActions } from '../../audit/actions.ts'
import { describeDetails } from '../../audit/describe-details.ts'
import { type Sample, sampleAddress, sampleMoment } from './sample.ts'
import { consolePage } from './staff-samples.ts'

const now = sampleMoment(0)
const colleague = 'alena.analyst@postern.example'
const days = ['1', '3', '7', '14', '30', '90', 'none']
const kinds = ['spam', 'phishing', 'malware', 'fraud', 'threats', 'impersonation', 'other']

const line = (id: number, more: object = {}) => ({
  ...{ id: String(id), subject: sampleAddress, severity: 'high', provenance: 'proven', kinds: ['phishing', 'fraud'] },
  ...{ reportCount: 14, reporterCount: 11, openedAt: sampleMoment(id), closedAt: null, outcome: null, own: false },
  ...{ mine: false, claimedByName: undefined, firstSeenAt: null, severityReasons: [], claimedBy: null },
  ...more,
})
const lines = [
  line(3),
  line(5, { severity: 'medium', provenance: 'likely', kinds: [], mine: true, reportCount: 1, reporterCount: 1 }),
  line(26, { severity: 'low', provenance: 'unproven', claimedByName: colleague, firstSeenAt: sampleMoment(20) }),
  line(50, { own: true }),
]
const counts: Record<string, number> = { new: 12, mine: 1, open: 16, unattributed: 40, appeals: 2 }
const queue = (state: string, tab: string, locals: object = {}): Sample =>
  consolePage('staff-queue', state, 'abuse/queue', {
    tab,
    tabs: ['new', 'mine', 'open', 'unattributed', 'appeals', 'closed'].map((name) => ({
      ...{ name, href: `/staff/cases?tab=${name}`, count: counts[name] },
    })),
    ...{ unseen: false, filtered: false, cases: [], appeals: [], older: null, newer: null, now },
    choices: {
      ...{ severity: ['low', 'medium', 'high'], kind: kinds },
      provenance: ['not-ours', 'unproven', 'likely', 'proven'],
    },
    ...locals,
  })

const letter = {
  ...{ sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', sizeBytes: 48_211 },
  ...{ keptUntil: sampleMoment(-2000), from: [`Support <${sampleAddress}>`], to: ['piotr@elsewhere.example'] },
  ...{ replyTo: ['collect@drop.example'], subject: 'Your account will be closed', date: sampleMoment(4) },
  text: 'Dear customer,\n\nconfirm your password today: hxxps://login[.]bank[.]example/confirm\n\nYours, the support',
  ...{ messageId: 'a@b', moreText: true, hasHtml: true, frame: null, moreLinks: 2 },
  links: ['hxxps://login[.]bank[.]example/confirm', 'hxxp://192[.]0[.]2[.]7/a.exe'],
  attachments: [
    { name: 'invoice⟦U+202E⟧fdp.exe', type: 'application/pdf', sizeBytes: 20_480, sha256: 'ab'.repeat(32) },
  ],
  ...{
    repairs: ['folding-mended'],
    cuts: ['links'],
    fields: ['From: Support', 'Subject: Your account will be closed'],
  },
}
const report = (id: string, more: object = {}) => ({
  ...{ id, reference: `R-7K3M-9QX${id}`, channel: 'form', kind: 'phishing', verdict: 'proven', evidenceId: 'e' },
  ...{ reasons: ['trace-bound', 'dkim-passed'], receivedAt: sampleMoment(3) },
  details: { sender: sampleAddress, note: 'It asked for my password.', subject: 'Your account will be closed' },
  ...more,
})
const measure = {
  ...{ id: '4', accountId: 'a', caseId: '3', measure: 'suspend-sending', cause: 'phishing', state: 'in-force' },
  ...{ until: sampleMoment(-72), proposedBy: 'c', proposedAt: sampleMoment(2), takenAt: sampleMoment(2) },
  ...{ effectiveAt: new Date(sampleMoment(2).getTime() + 900), endedAt: null, approvedBy: null },
}
const account = {
  ...{ id: 'a', address: sampleAddress, createdAt: sampleMoment(90), passwordChangedAt: sampleMoment(30) },
  ...{ locale: 'be', blockedAt: null, closedAt: null },
}
const mailbox = { state: 'ready', suspension: 'send', passwordLiveSince: sampleMoment(30) }
const latest = [{ at: sampleMoment(5), event: 'sign-in.new-device', device: 'Chrome, Windows', place: 'Minsk, BY' }]
const timeline = [
  { event: 'measure-taken', details: { measure: 'suspend-sending', cause: 'phishing' }, note: null, staffId: 'c' },
  { event: 'note', details: {}, note: 'Same template as case 1.\nThe link host is known.', staffId: 'c' },
  { event: 'opened', details: {}, note: null, staffId: null },
].map((entry, at) => ({ id: String(at), at: sampleMoment(at + 1), ...entry }))

const found = line(3, {
  severityReasons: [
    { code: 'kind-dangerous', points: 3 },
    { code: 'provenance-proven', points: 2 },
  ],
})
const aCase = (state: string, locals: object = {}): Sample =>
  consolePage('staff-case', state, 'abuse/case', {
    titleParams: { id: '3', subject: sampleAddress },
    ...{
      found,
      subject: account,
      mailbox,
      latest,
      timeline,
      letter,
      chosen: report('1'),
      now,
      mine: false,
      namesake: undefined,
    },
    ...{ inForce: undefined, measures: [], appealOf: {}, standing: 'none', related: [], names: { c: colleague } },
    reports: [
      report('1'),
      report('2', { verdict: null, kind: null, channel: 'mail', details: { sender: 'x@y.example' } }),
    ],
    nextCase: '/staff/cases/4',
    ...{ olderReports: null, newerReports: null, may: { work: true, measure: true, lift: false } },
    choices: { measures: measureNames, causes: measureCauses, days, outcomes },
    ...locals,
  })

const notice = {
  ...{ locale: 'be', title: 'Скрыня абмежаваная', lead: 'Са скрыні нельга адпраўляць лісты.', until: null },
  cause: 'Прычына: лісты, якія выманьваюць паролі або грошы.',
}
const week = (at: number) => ({
  week: sampleMoment(24 * 7 * (12 - at)),
  p50: 600 + at * 90,
  p95: 4000 + at * 700,
  count: 9,
})
const weeks = Array.from({ length: 12 }, (_, at) => week(at))
const intakeRows = Array.from({ length: 30 }, (_, at) => ({
  ...{ day: sampleMoment(24 * (30 - at)), reports: 20 + ((at * 7) % 13), proven: (at * 3) % 9 },
}))
const backlogRows = ['hour', 'four-hours', 'day', 'three-days', 'older'].map((age, at) => ({
  age,
  cases: 9 - at,
  high: at % 3,
}))

export const consoleSamples: readonly Sample[] = [
  queue('filled', 'new', {
    cases: lines,
    filtered: true,
    values: { severity: 'high' },
    older: '/staff/cases?after=1.2',
  }),
  queue('empty', 'mine'),
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
      { id: '2', reference: 'A-7K3M-9QXB', measure: 'block', madeAt: sampleMoment(9), own: true },
    ],
  }),
  consolePage('staff-search', 'empty', 'abuse/search', { ...searchFields(), searched: false, cases: [] }),
  consolePage('staff-search', 'found', 'abuse/search', {
    ...searchFields(),
    ...{ searched: true, cases: lines, values: { q: 'bank.example', field: 'link-host' } },
  }),
  consolePage('staff-search', 'nothing', 'abuse/search', { ...searchFields(), searched: true, cases: [] }),
  aCase('new'),
  aCase('in-force', {
    ...{ done: 'taken', mine: true, inForce: measure, standing: 'suspend-sending', related: [line(1)] },
    ...{ measures: [measure], appealOf: { 4: { id: '1', reference: 'A-7K3M-9QXA' } } },
    may: { work: true, measure: true, lift: true },
  }),
  aCase('html', { letter: { ...letter, frame: frameDocument('<p>Dear <b>customer</b></p>') } }),
  aCase('without-account', { subject: undefined, mailbox: undefined, latest: [], namesake: account, letter: null }),
  aCase('errors', { errors: [{ field: 'outcome', reason: 'missing' }] }),
  aCase('closed', {
    found: { ...found, closedAt: sampleMoment(1), outcome: 'measure-taken' },
    ...{ letter: { ...letter, unreadable: 'outlook-msg' }, may: { work: false, measure: false, lift: false } },
  }),
  consolePage('staff-measure', 'suspend-all', 'abuse/measure', {
    ...{ caseId: '3', address: sampleAddress, standing: 'none', notice, consequences: consequencesOf('suspend-all') },
    wanted: { measure: 'suspend-all', cause: 'phishing', days: '7', until: sampleMoment(-168) },
  }),
  consolePage('staff-measure', 'errors', 'abuse/measure', {
    ...{ caseId: '3', address: sampleAddress, standing: 'block', consequences: [] },
    errors: [{ field: 'measure', reason: 'not-from-here' }],
  }),
  consolePage('staff-lift', 'suspend-sending', 'abuse/lift', { measure, address: sampleAddress, by: colleague }),
  consolePage('staff-approvals', 'filled', 'abuse/approvals', {
    proposals: [
      { ...measure, address: sampleAddress, by: colleague },
      { ...measure, id: '5', address: sampleAddress, mine: true },
    ],
    now,
  }),
  consolePage('staff-approvals', 'empty', 'abuse/approvals', { proposals: [], now }),
  consolePage('staff-approval', 'block', 'abuse/approval', {
    proposal: { ...measure, address: sampleAddress, by: colleague, measure: 'block', until: null },
    ...{ consequences: consequencesOf('block'), notice },
  }),
  consolePage('staff-appeal', 'waiting', 'abuse/appeal-desk', {
    ...appeal(),
    ...{ took: false, mayDecide: true },
    choices: { decisions: ['lifted', 'eased', 'kept'], measures: ['limit-sending'], days },
  }),
  consolePage('staff-appeal', 'decided', 'abuse/appeal-desk', {
    ...appeal({ decidedAt: sampleMoment(1), decision: 'kept' }),
    ...{ took: true, mayDecide: false, decidedBy: colleague },
  }),
  consolePage('staff-figures', 'filled', 'abuse/figures', {
    totals: {
      ...{ reports: 640, judged: 630, proven: 92, openCases: 25, oldestSeconds: 400_000, measures: 44 },
      ...{ firstLook: { p50: 1800, p95: 9000 }, effect: { p50: 0.4, p95: 1.3 }, appealsWaiting: 2 },
    },
    shares: { proven: 0.146, lifted: null },
    intake: { rows: intakeRows, chart: barChart(intakeRows.map((row) => ({ value: row.reports, part: row.proven }))) },
    backlog: { rows: backlogRows, chart: barChart(backlogRows.map((row) => ({ value: row.cases, part: row.high }))) },
    firstLook: { rows: weeks, chart: lineChart([weeks.map(({ p50 }) => p50 / 60), weeks.map(({ p95 }) => p95 / 60)]) },
    effect: {
      rows: weeks,
      chart: lineChart([weeks.map((_row, at) => (at === 4 ? null : at / 9)), weeks.map(() => 1.4)]),
    },
  }),
  consolePage('staff-audit', 'filled', 'audit/audit', {
    entries: auditActions.map((action, at) => ({
      ...{ position: String(200 - at), at: sampleMoment(at), staff: colleague, action, caseId: at % 2 ? '3' : null },
      ...{
        account: at % 3 ? null : sampleAddress,
        details: describeDetails(at % 4 ? {} : { measure: 'block', cause: 'spam' }),
      },
    })),
    ...{ actions: auditActions, mayExport: true, exportQuery: 'case=3', older: '/staff/audit?before=1', newer: null },
  }),
  consolePage('staff-audit', 'errors', 'audit/audit', {
    ...{
      entries: [],
      actions: auditActions,
      errors: [{ field: 'address', reason: 'unknown' }],
      values: { staff: 'x@y.example' },
    },
  }),
  consolePage('staff-accounts', 'errors', 'staff/accounts', {
    ...{ errors: [{ field: 'login', reason: 'unknown' }], values: { login: 'nobody' } },
  }),
  consolePage('staff-account', 'filled', 'staff/account', {
    titleParams: { address: sampleAddress },
    ...{ subject: account, mailbox, sessions: 2, latest, mayEnd: true, done: 'sessions-ended' },
  }),
]

function searchFields() {
  return { fields: ['any', 'address', 'message-id', 'ip', 'subject', 'link-host'], older: null, newer: null, now }
}

function appeal(more: object = {}) {
  const text = 'I sent an invitation to my own choir.\nIt was no advertising.'
  return {
    appeal: { id: '1', reference: 'A-7K3M-9QXA', text, madeAt: sampleMoment(9), decidedAt: null, ...more },
    ...{ measure, address: sampleAddress, by: colleague },
  }
}
