// Judges whether a reported letter came from us, who sent it, and for which reasons.
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Letter } from '#server/core/letters/letter.ts'
import type { ScannedLetter } from '#server/core/letters/letter-shape.ts'
import { readTraces } from '#server/mail/letter-trace/trace-header.ts'
import { type DkimParts, verifyOwnDkim } from './dkim.ts'
import { type Evidence, provenanceRules, type Verdict } from './provenance-rules.ts'
import type { FollowChain } from './received-chain.ts'

/** Texts: `abuse.provenance.<code>`. */
export const reasonCodes = [
  'trace-bound',
  'trace-subject-differs',
  'trace-body-differs',
  'trace-without-body',
  'trace-absent',
  'trace-forged',
  'trace-of-another-letter',
  'trace-from-future',
  'dkim-passed',
  'dkim-absent',
  'dkim-failed',
  'dkim-body-changed',
  'dkim-body-missing',
  'dkim-key-missing',
  'dkim-key-retired',
  'dkim-expired',
  'dkim-weak',
  'dkim-covers-too-little',
  'dkim-unknown',
  'received-submitted',
  'received-from-us',
  'received-from-stranger',
  'received-unknown-receiver',
  'received-absent',
  'received-ends-early',
  'from-ours',
  'from-not-ours',
  'from-owner-enforced',
  'names-nobody-of-us',
  'retold',
] as const

export type ReasonCode = (typeof reasonCodes)[number]

/** The sender by the strongest evidence: `trace` is proof, `received` is only a hint. */
export type ReportedSender =
  | { readonly by: 'trace'; readonly account: string }
  | { readonly by: 'received'; readonly login: string }
  | { readonly by: 'signed-from'; readonly address: string }

export interface Provenance {
  readonly verdict: Verdict
  readonly rule: string
  readonly reasons: readonly ReasonCode[]
  /** Null unless the verdict is `proven` or `likely`. */
  readonly sender: ReportedSender | null
  readonly content: 'intact' | 'changed' | 'unknown'
  readonly sentAt: Date | null
  readonly queueId: string | null
  /** The IP address from which a known relay took the letter. */
  readonly handedOverBy: string | null
}

export interface ProvenanceParts {
  readonly keyring: Keyring
  readonly dkim: DkimParts
  readonly followChain: FollowChain
  /** Lower case. */
  readonly ourDomains: readonly string[]
  /** Our submission refuses the From of another account, so a signed From names the account. */
  readonly fromOwnerEnforced: boolean
}

export interface ReportedLetter {
  readonly letter: Letter
  readonly scanned: ScannedLetter
  /** `retold`: a mail program summarised the letter when it forwarded it. */
  readonly how: 'source' | 'retold'
}

async function gatherEvidence(
  { letter, scanned, how }: ReportedLetter,
  parts: ProvenanceParts,
  now: Date,
): Promise<Evidence> {
  const { keyring, ourDomains } = parts
  const hasBody = scanned.body.trim() !== ''
  const [from, second] = letter.from
  const fromIsOurs = from && !second && isOurs(from.address, ourDomains)
  const trace = readTraces(keyring, scanned.fields, hasBody ? scanned.body : null, now)
  return {
    trace,
    dkim: scanned.cuts.includes('headers')
      ? { kind: 'none' }
      : await verifyOwnDkim(scanned, parts.dkim, now),
    chain: parts.followChain(scanned.fields),
    hasHeader: scanned.fields.length > 0,
    hasBody,
    ownFrom: fromIsOurs ? from.address : null,
    namesUs: namesOf(letter).some((address) => isOurs(address, ourDomains)),
    fromOwnerEnforced: parts.fromOwnerEnforced,
    retold: how === 'retold',
  }
}

export async function judgeProvenance(
  reported: ReportedLetter,
  parts: ProvenanceParts,
  now: Date,
): Promise<Provenance> {
  const evidence = await gatherEvidence(reported, parts, now)
  const { chain, dkim } = evidence
  const rule = provenanceRules.find(({ when }) => when(evidence))
  if (rule === undefined) throw new Error('the last rule of provenance applies to everything')
  const believed = rule.verdict === 'proven' || rule.verdict === 'likely'
  const trace = evidence.trace.kind === 'bound' ? evidence.trace.trace : null
  const submitted = chain.kind === 'submitted' ? chain : null
  return {
    verdict: rule.verdict,
    rule: rule.name,
    reasons: reasonsOf(evidence),
    sender: believed ? senderOf(evidence) : null,
    content: contentOf(evidence),
    sentAt: trace?.sentAt ?? (dkim.kind === 'pass' ? dkim.signedAt : null),
    queueId: trace?.queueId ?? submitted?.queueId ?? null,
    handedOverBy: chain.kind === 'from-stranger' ? chain.ip : (submitted?.ip ?? null),
  }
}

function senderOf({ trace, chain, dkim, ownFrom }: Evidence): ReportedSender | null {
  if (trace.kind === 'bound') return { by: 'trace', account: trace.trace.account }
  if (chain.kind === 'submitted') return { by: 'received', login: chain.login }
  if (dkim.kind !== 'pass' || ownFrom === null) return null
  return { by: 'signed-from', address: ownFrom }
}

function contentOf({ trace, dkim, hasBody }: Evidence): Provenance['content'] {
  if (!hasBody) return 'unknown'
  if (dkim.kind === 'pass' && dkim.subjectSigned) return 'intact'
  if (trace.kind !== 'bound') return 'unknown'
  return trace.body === 'same' && trace.subject === 'same' ? 'intact' : 'changed'
}

function reasonsOf(evidence: Evidence): ReasonCode[] {
  const { trace, dkim, chain, ownFrom } = evidence
  const reasons = new Set<ReasonCode>(evidence.retold ? ['retold'] : [])
  for (const reason of reasonsOfTrace(trace)) reasons.add(reason)
  for (const reason of reasonsOfDkim(dkim)) reasons.add(reason)
  reasons.add(chainReasons[chain.kind])
  if (dkim.kind === 'pass' && ownFrom !== null && evidence.fromOwnerEnforced)
    reasons.add('from-owner-enforced')
  if (ownFrom !== null) reasons.add('from-ours')
  else reasons.add(evidence.namesUs ? 'from-not-ours' : 'names-nobody-of-us')
  return [...reasons]
}

function reasonsOfTrace(trace: Evidence['trace']): ReasonCode[] {
  if (trace.kind !== 'bound') return [`trace-${trace.kind}`]
  const reasons: ReasonCode[] = ['trace-bound']
  if (trace.subject === 'differs') reasons.push('trace-subject-differs')
  if (trace.body === 'missing') reasons.push('trace-without-body')
  else if (trace.body === 'differs') reasons.push('trace-body-differs')
  return reasons
}

function reasonsOfDkim(dkim: Evidence['dkim']): ReasonCode[] {
  if (dkim.kind === 'fail') return dkim.faults.map((fault) => dkimFaultReasons[fault])
  return [dkimReasons[dkim.kind]]
}

const dkimReasons = {
  none: 'dkim-absent',
  pass: 'dkim-passed',
  unknown: 'dkim-unknown',
} as const

const dkimFaultReasons = {
  'body-changed': 'dkim-body-changed',
  'body-missing': 'dkim-body-missing',
  'bad-signature': 'dkim-failed',
  'no-key': 'dkim-key-missing',
  'key-retired': 'dkim-key-retired',
  expired: 'dkim-expired',
  weak: 'dkim-weak',
  'partial-body': 'dkim-covers-too-little',
  'from-unsigned': 'dkim-covers-too-little',
  'fields-doubled': 'dkim-covers-too-little',
  malformed: 'dkim-failed',
} as const

const chainReasons = {
  none: 'received-absent',
  'unknown-receiver': 'received-unknown-receiver',
  'from-stranger': 'received-from-stranger',
  submitted: 'received-submitted',
  'from-us': 'received-from-us',
  ended: 'received-ends-early',
} as const

function namesOf(letter: Letter): string[] {
  const senders = letter.fields.filter((field) => /^(?:sender|resent-from)$/i.test(field.name))
  return [
    ...letter.from.map(({ address }) => address),
    letter.returnPath ?? '',
    letter.messageId ?? '',
    ...senders.map(({ value }) => value),
  ]
}

function isOurs(address: string, domains: readonly string[]): boolean {
  const domain = /@([^@<>\s]+?)>?\s*$/.exec(address.slice(-400))?.[1]?.toLowerCase()
  if (domain === undefined) return false
  return domains.some((own) => domain === own || domain.endsWith(`.${own}`))
}
