// The page of a case, with the letter on it.

import { type Sample, sampleAddress, sampleMoment } from '#server/kit/pages/sample.ts'
import { frameDocument } from '../letters/letter-html.ts'
import { describeReport } from '../reports/describe-report.ts'
import type { Report } from '../reports/report-store.ts'
import { account, colleague, latest, line, mailbox, measure, now } from '../sample-facts.ts'
import { rightsOf } from '../staff/rights.ts'
import { consolePage } from '../staff/sample-page.ts'
import { type CaseViewer, describeCase } from './describe-case.ts'
import type { CaseView } from './show-case.ts'

const letter = {
  shortSha256: '9f86d081884c7d65…',
  sizeBytes: 48_211,
  keptUntil: sampleMoment(-2000),
  from: `Support <${sampleAddress}>`,
  to: 'piotr@elsewhere.example',
  replyTo: 'collect@drop.example',
  subject: 'Your account will be closed',
  date: sampleMoment(4),
  text:
    'Dear customer,\n\n' +
    'confirm your password today: hxxps://login[.]bank[.]example/confirm\n\n' +
    'Yours, the support',
  messageId: 'a@b',
  moreText: true,
  hasHtml: true,
  frame: null,
  moreLinks: 2,
  linkCount: 4,
  links: ['hxxps://login[.]bank[.]example/confirm', 'hxxp://192[.]0[.]2[.]7/a.exe'],
  attachments: [
    {
      name: 'invoice⟦U+202E⟧fdp.exe',
      type: 'application/pdf',
      sizeBytes: 20_480,
      sha256: 'ab'.repeat(32),
      shortSha256: `${'ab'.repeat(8)}…`,
    },
  ],
  repairs: ['folding-mended'],
  cuts: ['links'],
  headers: [
    {
      by: 'known',
      hosts: ['mx.google.com'],
      text: 'Received: from mail.postern.example by mx.google.com with ESMTPS id 41',
    },
    {
      by: 'ours',
      hosts: ['mail.postern.example'],
      text: 'Received: from [192.0.2.7] by mail.postern.example with ESMTPSA id 4bXk',
    },
    {
      by: 'anybody',
      hosts: [],
      text: 'Received: from bank.example\nFrom: Support\nSubject: Your account will be closed',
    },
  ],
}
const report = (id: string, more: object = {}) =>
  ({
    id,
    reference: `R-7K3M-9QX${id}`,
    channel: 'form',
    kind: 'phishing',
    verdict: 'proven',
    evidenceId: 'e',
    personDigest: Buffer.from('39e5d6a3f2', 'hex'),
    harmless: false,
    reasons: ['trace-bound', 'dkim-passed'],
    receivedAt: sampleMoment(3),
    details: {
      sender: sampleAddress,
      note: 'It asked for my password.',
      subject: 'Your account will be closed',
    },
    ...more,
  }) as unknown as Report
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
const view = {
  case: found,
  account,
  namesake: undefined,
  inForce: undefined,
  measures: [],
  appeals: new Map(),
  campaigns: [
    {
      id: '7',
      kind: 'link-host',
      name: 'login.bank.example',
      senders: 14,
      openCases: 9,
      lastAt: sampleMoment(1),
    },
  ],
  records: new Map([['39e5d6a3f2', { judged: 4, confirmed: 3 }]]),
  reports: [
    report('1'),
    report('2', {
      verdict: null,
      kind: null,
      channel: 'mail',
      harmless: true,
      details: { sender: 'x@y.example' },
    }),
  ],
  moreReports: false,
  related: [],
  timeline,
  isPreserved: false,
  lookers: [],
}
const past = {
  changes: [{ group: 'devices', entries: latest }],
  sending: {
    usual: 4,
    most: 312,
    mostOn: sampleMoment(30),
  },
}
const senior: CaseViewer = { id: 's', rights: rightsOf(['senior']), right: 'senior' }
const analyst: CaseViewer = { id: 's', rights: rightsOf(['analyst']), right: 'analyst' }
const reader: CaseViewer = { id: 's', rights: rightsOf(['reader']), right: 'analyst' }

const aCase = (state: string, facts: object = {}, locals: object = {}, viewer = senior): Sample =>
  consolePage('staff-case', state, 'desk/cases/case', {
    ...describeCase(
      { ...view, ...facts } as unknown as CaseView,
      new Map([['c', colleague]]),
      viewer,
    ),
    here: '/staff/cases/3',
    titleParams: { id: '3', subject: sampleAddress },
    mailbox,
    latest,
    past,
    strikes: { count: 3, noted: 3, isMany: true, until: sampleMoment(-2000) },
    letter,
    chosen: describeReport(report('1')),
    isEmergency: false,
    isCovered: false,
    now,
    clock: { kind: 'runs', at: sampleMoment(-2) },
    nextCase: '/staff/cases/4',
    olderReports: null,
    newerReports: null,
    ...locals,
  })

export const samples: readonly Sample[] = [
  aCase('new'),
  aCase(
    'in-force',
    {
      case: { ...found, claimedBy: senior.id },
      inForce: measure,
      related: [line(1)],
      measures: [measure],
      appeals: new Map([['4', { id: '1', reference: 'A-7K3M-9QXA' }]]),
    },
    { flash: 'taken' },
  ),
  aCase(
    'blocked-for-good',
    {
      account: { ...account, blockedAt: now },
      inForce: { ...measure, measure: 'block', until: null },
    },
    {},
    analyst,
  ),
  aCase('html', {}, { letter: { ...letter, frame: frameDocument('<p>Dear <b>customer</b></p>') } }),
  aCase(
    'without-account',
    { account: undefined, namesake: account },
    { mailbox: undefined, latest: [], past: undefined, letter: null },
  ),
  aCase('taken', { case: { ...found, claimedBy: 'c' }, lookers: ['c'] }),
  aCase(
    'emergency',
    { case: { ...found, severity: 'emergency' } },
    { letter: null, isEmergency: true, isCovered: true },
  ),
  aCase('errors', {}, { errors: [{ field: 'outcome', reason: 'missing' }] }),
  aCase(
    'closed',
    { case: { ...found, closedAt: sampleMoment(1), outcome: 'measure-taken' } },
    { letter: { ...letter, unreadable: 'outlook-msg' } },
    reader,
  ),
]
