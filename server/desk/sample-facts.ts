// The account, cases and measure in the samples of the abuse desk.
import { sampleAddress, sampleMoment } from '#server/kit/pages/sample.ts'

export const now = sampleMoment(0)
export const colleague = 'alena.analyst@postern.example'
export const days = ['1', '3', '7', '14', '30', '90', 'none']
export const kinds = ['spam', 'phishing', 'malware', 'fraud', 'threats', 'impersonation', 'other']

export const line = (id: number, more: object = {}) => ({
  id: String(id),
  subject: sampleAddress,
  severity: 'high',
  tagKind: 'bad',
  provenance: 'proven',
  kinds: ['phishing', 'fraud'],
  reportCount: 14,
  reporterCount: 11,
  openedAt: sampleMoment(id),
  closedAt: null,
  outcome: null,
  mine: false,
  claimedByName: undefined,
  lookers: '',
  clock: { kind: 'runs', at: sampleMoment(-3) },
  firstSeenAt: null,
  severityReasons: [],
  claimedBy: null,
  ...more,
})
export const lines = [
  line(3),
  line(5, {
    severity: 'medium',
    tagKind: 'wait',
    provenance: 'likely',
    kinds: [],
    mine: true,
    lookers: 'bela.senior',
    reportCount: 1,
    reporterCount: 1,
  }),
  line(26, {
    clock: { kind: 'late', at: sampleMoment(2) },
    severity: 'low',
    tagKind: '',
    provenance: 'unproven',
    claimedByName: colleague,
    firstSeenAt: sampleMoment(20),
  }),
]
export const measure = {
  id: '4',
  accountId: 'a',
  caseId: '3',
  measure: 'suspend-sending',
  cause: 'phishing',
  state: 'in-force',
  until: sampleMoment(-72),
  proposedBy: 'c',
  proposedAt: sampleMoment(2),
  takenAt: sampleMoment(2),
  effectiveAt: new Date(sampleMoment(2).getTime() + 900),
  endedAt: null,
  approvedBy: null,
}
export const account = {
  id: 'a',
  address: sampleAddress,
  createdAt: sampleMoment(90),
  passwordChangedAt: sampleMoment(30),
  locale: 'be',
  blockedAt: null,
  closingAt: null,
  closesAt: null,
  closedAt: null,
}
export const mailbox = { state: 'ready', suspension: 'send', passwordLiveSince: sampleMoment(30) }
export const latest = [
  {
    at: sampleMoment(5),
    event: 'sign-in.new-device',
    device: 'Chrome, Windows',
    place: 'Minsk, BY',
  },
]
