/** Whether a reported letter truly came from us, from whom, and why we think so. */
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

/** Who sent it, by the strongest witness. `trace` is proof, the others are hints for a person to weigh. */
export type ReportedSender =
  | { readonly by: 'trace'; readonly account: string }
  | { readonly by: 'received'; readonly login: string }
  | { readonly by: 'signed-from'; readonly address: string }

export interface Provenance {
  readonly verdict: Verdict
  /** The rule that decided, from `provenanceRules`. */
  readonly rule: string
  readonly reasons: readonly ReasonCode[]
  /** Null unless proven or likely. */
  readonly sender: ReportedSender | null
  /** Whether what is shown is what was sent. */
  readonly content: 'intact' | 'changed' | 'unknown'
  readonly sentAt: Date | null
  readonly queueId: string | null
  /** Address that a known relay took the letter from, to search by. */
  readonly handedOverBy: string | null
}

export interface ProvenanceParts {
  readonly keyring: Keyring
  readonly dkim: DkimParts
  readonly followChain: FollowChain
  /** Lower case. */
  readonly ourDomains: readonly string[]
  /** The submission server refuses a From that is not its sender's own, so a signed From names the account. */
  readonly fromOwnerEnforced: boolean
}

/** @param how `retold` for what a mail program quoted when forwarding; everything else is `source`. */
export async function judgeProvenance(
  reported: {
    readonly letter: Letter
    readonly scanned: ScannedLetter
    readonly how: 'source' | 'retold'
  },
  parts: ProvenanceParts,
  now: Date,
): Promise<Provenance> {
  const { letter, scanned } = reported
  const hasBody = scanned.body.trim() !== ''
  const [from] = letter.from
  const evidence: Evidence = {
    trace: readTraces(parts.keyring, scanned.fields, hasBody ? scanned.body : null, now),
    dkim: scanned.cuts.includes('headers')
      ? { kind: 'none' }
      : await verifyOwnDkim(scanned, parts.dkim, now),
    chain: parts.followChain(scanned.fields),
    hasHeader: scanned.fields.length > 0,
    hasBody,
    ownFrom:
      letter.from.length === 1 && from && isOurs(from.address, parts.ourDomains)
        ? from.address
        : null,
    namesUs: namesOf(letter).some((address) => isOurs(address, parts.ourDomains)),
    fromOwnerEnforced: parts.fromOwnerEnforced,
    retold: reported.how === 'retold',
  }
  const rule = provenanceRules.find(({ when }) => when(evidence))
  if (rule === undefined) throw new Error('the last rule of provenance applies to everything')
  const believed = rule.verdict === 'proven' || rule.verdict === 'likely'
  const trace = evidence.trace.kind === 'bound' ? evidence.trace.trace : null
  const submitted = evidence.chain.kind === 'submitted' ? evidence.chain : null
  return {
    verdict: rule.verdict,
    rule: rule.name,
    reasons: reasonsOf(evidence),
    sender: believed ? senderOf(evidence) : null,
    content: contentOf(evidence),
    sentAt: trace?.sentAt ?? (evidence.dkim.kind === 'pass' ? evidence.dkim.signedAt : null),
    queueId: trace?.queueId ?? submitted?.queueId ?? null,
    handedOverBy:
      evidence.chain.kind === 'from-stranger' ? evidence.chain.ip : (submitted?.ip ?? null),
  }
}

function senderOf({ trace, chain, dkim, ownFrom }: Evidence): ReportedSender | null {
  if (trace.kind === 'bound') return { by: 'trace', account: trace.trace.account }
  if (chain.kind === 'submitted') return { by: 'received', login: chain.login }
  return dkim.kind === 'pass' && ownFrom !== null ? { by: 'signed-from', address: ownFrom } : null
}

function contentOf({ trace, dkim, hasBody }: Evidence): Provenance['content'] {
  if (!hasBody) return 'unknown'
  if (dkim.kind === 'pass' && dkim.subjectSigned) return 'intact'
  if (trace.kind !== 'bound') return 'unknown'
  return trace.body === 'same' && trace.subject === 'same' ? 'intact' : 'changed'
}

function reasonsOf(evidence: Evidence): ReasonCode[] {
  const reasons = new Set<ReasonCode>(evidence.retold ? ['retold'] : [])
  const { trace, dkim, chain } = evidence
  if (trace.kind === 'bound') {
    reasons.add('trace-bound')
    if (trace.subject === 'differs') reasons.add('trace-subject-differs')
    if (trace.body !== 'same')
      reasons.add(trace.body === 'missing' ? 'trace-without-body' : 'trace-body-differs')
  } else reasons.add(`trace-${trace.kind}`)
  if (dkim.kind === 'fail') for (const fault of dkim.faults) reasons.add(dkimReasons[fault])
  else
    reasons.add(
      ({ none: 'dkim-absent', pass: 'dkim-passed', unknown: 'dkim-unknown' } as const)[dkim.kind],
    )
  reasons.add(chainReasons[chain.kind])
  if (dkim.kind === 'pass' && evidence.ownFrom !== null && evidence.fromOwnerEnforced)
    reasons.add('from-owner-enforced')
  reasons.add(
    evidence.ownFrom !== null
      ? 'from-ours'
      : evidence.namesUs
        ? 'from-not-ours'
        : 'names-nobody-of-us',
  )
  return [...reasons]
}

const dkimReasons = {
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
  return domain !== undefined && domains.some((own) => domain === own || domain.endsWith(`.${own}`))
}
