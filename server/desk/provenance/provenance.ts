// Judges whether a reported letter came from us, who sent it, and for which reasons.
import { msPerDay } from '#server/core/durations.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Letter, LetterField } from '#server/core/letters/letter.ts'
import type { ScannedLetter } from '#server/core/letters/letter-shape.ts'
import type { TraceBinding } from '#server/mail/letter-trace/trace-binding.ts'
import { readTraces } from '#server/mail/letter-trace/trace-header.ts'
import { type DkimParts, type DkimReading, verifyOwnDkim } from './dkim.ts'
import { type ReasonCode, reasonsOf } from './provenance-reasons.ts'
import { type Evidence, provenanceRules, type Verdict } from './provenance-rules.ts'
import { type FollowChain, readHops } from './received-chain.ts'

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
  readonly binding: TraceBinding
  /** `retold`: a mail program summarised the letter when it forwarded it. */
  readonly how: 'source' | 'retold'
}

async function gatherEvidence(
  { letter, scanned, binding, how }: ReportedLetter,
  parts: ProvenanceParts,
  now: Date,
): Promise<Evidence> {
  const { keyring, ourDomains } = parts
  const hasBody = scanned.body.trim() !== ''
  const [from, second] = letter.from
  const fromIsOurs = from && !second && isOurs(from.address, ourDomains)
  const isStart = letter.cuts.includes('beginning')
  const { fields, body } = scanned
  const dkim = await readDkim(scanned, isStart, parts, now)
  const chain = parts.followChain(fields)
  return {
    trace: readTraces(keyring, { fields, body, binding, isStart }, now),
    dkim,
    chain,
    replayed: dkim.kind === 'pass' && seemsReplayed(dkim, chain, fields),
    hasHeader: scanned.fields.length > 0,
    hasBody,
    ownFrom: fromIsOurs ? from.address : null,
    namesUs: namesOf(letter).some((address) => isOurs(address, ourDomains)),
    fromOwnerEnforced: parts.fromOwnerEnforced,
    retold: how === 'retold',
  }
}

async function readDkim(
  scanned: ScannedLetter,
  isStart: boolean,
  parts: ProvenanceParts,
  now: Date,
): Promise<DkimReading> {
  if (scanned.cuts.includes('headers')) return { kind: 'none' }
  // Without the whole body every signature would seem broken.
  return await verifyOwnDkim(isStart ? { ...scanned, body: '' } : scanned, parts.dkim, now)
}

/** A letter that is under way for longer than this is rather sent again. */
const underWayMs = 3 * msPerDay

// Our signature stays true however often a stranger sends the letter on.
function seemsReplayed(
  { signedAt }: Extract<DkimReading, { kind: 'pass' }>,
  chain: Evidence['chain'],
  fields: readonly LetterField[],
): boolean {
  if (chain.kind === 'from-stranger') return true
  if (chain.kind === 'none' || chain.kind === 'unknown-receiver') return false
  const arrivedAt = readHops(fields)[0]?.at
  return !!signedAt && !!arrivedAt && +arrivedAt - +signedAt > underWayMs
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
  const isSigned = dkim.kind === 'pass' && dkim.covers && dkim.exact
  if (trace.kind !== 'bound') return isSigned ? 'intact' : 'unknown'
  const parts = [trace.from, trace.subject, trace.shown, trace.body]
  // Security: A letter of which a shown part was changed is never called intact.
  if (parts.includes('differs')) return 'changed'
  return isSigned || parts.every((part) => part === 'same') ? 'intact' : 'unknown'
}

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
