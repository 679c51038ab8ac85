// The page of a case, with the letter on it.
import { frameDocument } from '#server/desk/letters/letter-html.ts'
import { measureCauses, measureNames } from '#server/desk/measures/measures.ts'
import { outcomes } from '#server/desk/reports/report-store.ts'
import { account, colleague, days, latest, line, mailbox, measure, now } from './desk-facts.ts'
import { type Sample, sampleAddress, sampleMoment } from './sample.ts'
import { consolePage } from './staff-samples.ts'

const letter = {
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  sizeBytes: 48_211,
  keptUntil: sampleMoment(-2000),
  from: [`Support <${sampleAddress}>`],
  to: ['piotr@elsewhere.example'],
  replyTo: ['collect@drop.example'],
  subject: 'Your account will be closed',
  date: sampleMoment(4),
  text: 'Dear customer,\n\nconfirm your password today: hxxps://login[.]bank[.]example/confirm\n\nYours, the support',
  messageId: 'a@b',
  moreText: true,
  hasHtml: true,
  frame: null,
  moreLinks: 2,
  links: ['hxxps://login[.]bank[.]example/confirm', 'hxxp://192[.]0[.]2[.]7/a.exe'],
  attachments: [
    {
      name: 'invoice⟦U+202E⟧fdp.exe',
      type: 'application/pdf',
      sizeBytes: 20_480,
      sha256: 'ab'.repeat(32),
    },
  ],
  repairs: ['folding-mended'],
  cuts: ['links'],
  fields: ['From: Support', 'Subject: Your account will be closed'],
}
const report = (id: string, more: object = {}) => ({
  id,
  reference: `R-7K3M-9QX${id}`,
  channel: 'form',
  kind: 'phishing',
  verdict: 'proven',
  evidenceId: 'e',
  reasons: ['trace-bound', 'dkim-passed'],
  receivedAt: sampleMoment(3),
  details: {
    sender: sampleAddress,
    note: 'It asked for my password.',
    subject: 'Your account will be closed',
  },
  ...more,
})
const timeline = [
  {
    event: 'measure-taken',
    details: { measure: 'suspend-sending', cause: 'phishing' },
    note: null,
    staffId: 'c',
  },
  {
    event: 'note',
    details: {},
    note: 'Same template as case 1.\nThe link host is known.',
    staffId: 'c',
  },
  { event: 'opened', details: {}, note: null, staffId: null },
].map((entry, at) => ({ id: String(at), at: sampleMoment(at + 1), ...entry }))

const found = line(3, {
  severityReasons: [
    { code: 'kind-dangerous', points: 3 },
    { code: 'provenance-proven', points: 2 },
  ],
})
const aCase = (state: string, locals: object = {}): Sample =>
  consolePage('staff-case', state, 'desk/cases/case', {
    titleParams: { id: '3', subject: sampleAddress },
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
    inForce: undefined,
    measures: [],
    appealOf: {},
    standing: 'none',
    related: [],
    names: { c: colleague },
    reports: [
      report('1'),
      report('2', {
        verdict: null,
        kind: null,
        channel: 'mail',
        details: { sender: 'x@y.example' },
      }),
    ],
    nextCase: '/staff/cases/4',
    olderReports: null,
    newerReports: null,
    may: { work: true, measure: true, lift: false },
    choices: { measures: measureNames, causes: measureCauses, days, outcomes },
    ...locals,
  })

export const caseSamples: readonly Sample[] = [
  aCase('new'),
  aCase('in-force', {
    flash: 'taken',
    mine: true,
    inForce: measure,
    standing: 'suspend-sending',
    related: [line(1)],
    measures: [measure],
    appealOf: { 4: { id: '1', reference: 'A-7K3M-9QXA' } },
    may: { work: true, measure: true, lift: true },
  }),
  aCase('blocked-for-good', {
    inForce: { ...measure, measure: 'block', until: null },
    standing: 'block',
    may: { work: true, measure: true, lift: false, seniorOnly: true },
    choices: { measures: [], causes: measureCauses, days, outcomes },
  }),
  aCase('html', { letter: { ...letter, frame: frameDocument('<p>Dear <b>customer</b></p>') } }),
  aCase('without-account', {
    subject: undefined,
    mailbox: undefined,
    latest: [],
    namesake: account,
    letter: null,
  }),
  aCase('errors', { errors: [{ field: 'outcome', reason: 'missing' }] }),
  aCase('closed', {
    found: { ...found, closedAt: sampleMoment(1), outcome: 'measure-taken' },
    letter: { ...letter, unreadable: 'outlook-msg' },
    may: { work: false, measure: false, lift: false },
  }),
]
