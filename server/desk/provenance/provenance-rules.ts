// The table that turns evidence into a verdict. The first rule that matches decides.
import type { TraceReading } from '#server/mail/letter-trace/trace-header.ts'
import type { DkimReading } from './dkim.ts'
import type { ChainReading } from './received-chain.ts'

export type Verdict = 'proven' | 'likely' | 'unproven' | 'not-ours'

export interface Evidence {
  readonly trace: TraceReading
  readonly dkim: DkimReading
  readonly chain: ChainReading
  /** A stranger handed the signed letter over, or it came long after it was signed. */
  readonly replayed: boolean
  readonly hasHeader: boolean
  readonly hasBody: boolean
  /** The From address, if it is the only one and at one of our domains. */
  readonly ownFrom: string | null
  /** From, Sender, Resent-From, Return-Path or Message-ID names one of our domains. */
  readonly namesUs: boolean
  readonly fromOwnerEnforced: boolean
  readonly retold: boolean
}

export interface ProvenanceRule {
  readonly name: string
  readonly verdict: Verdict
  readonly when: (evidence: Evidence) => boolean
}

const traced = ({ trace }: Evidence) => trace.kind === 'bound'
const signed = ({ dkim }: Evidence) => dkim.kind === 'pass'
const covered = ({ dkim }: Evidence) => dkim.kind === 'pass' && dkim.covers
const untouched = ({ trace }: Evidence) =>
  trace.kind === 'bound' &&
  trace.from === 'same' &&
  trace.subject === 'same' &&
  trace.shown !== 'differs' &&
  trace.body !== 'differs'
const leavesOpen = ({ trace }: Evidence) => trace.kind === 'bound' && trace.shown === 'unbound'
const pointsAtUs = ({ trace, dkim, chain }: Evidence) =>
  trace.kind !== 'absent' ||
  dkim.kind !== 'none' ||
  chain.kind === 'submitted' ||
  chain.kind === 'from-us'

export const provenanceRules: readonly ProvenanceRule[] = [
  { name: 'no-header', verdict: 'unproven', when: ({ hasHeader }) => !hasHeader },
  // A mail program's summary carries no proof, whatever it quotes.
  { name: 'retold', verdict: 'unproven', when: ({ retold, namesUs }) => retold && namesUs },
  { name: 'retold-without-us', verdict: 'not-ours', when: ({ retold }) => retold },

  // Our server vouches for this letter and its account, and the content is unchanged.
  {
    name: 'trace-and-content',
    verdict: 'proven',
    when: (evidence) => untouched(evidence) && !leavesOpen(evidence),
  },
  // What an old trace leaves open, our signature covers.
  {
    name: 'trace-and-signature',
    verdict: 'proven',
    when: (evidence) => untouched(evidence) && covered(evidence),
  },
  // Security: A signed letter that may have been sent again proves no account.
  // We signed it, and our servers let nobody use the From of another account.
  {
    name: 'signature-and-owner',
    verdict: 'proven',
    when: (evidence) =>
      covered(evidence) &&
      !traced(evidence) &&
      !evidence.replayed &&
      evidence.fromOwnerEnforced &&
      evidence.ownFrom !== null,
  },

  // The account sent this letter, but a mailing list or the reporter may have changed it since.
  { name: 'trace-but-changed', verdict: 'likely', when: traced },
  // Our servers sent it, but the account is uncertain: From can be forged inside one domain.
  { name: 'signature', verdict: 'likely', when: signed },
  // Known relays name a sign-in. A reporter can retype Received lines, so this is only likely.
  {
    name: 'received-and-from',
    verdict: 'likely',
    when: ({ chain, trace, dkim, namesUs }) =>
      chain.kind === 'submitted' &&
      trace.kind === 'absent' &&
      (dkim.kind === 'none' || dkim.kind === 'unknown') &&
      namesUs,
  },

  // Security: The From alone never makes a letter ours.
  {
    name: 'stranger-with-our-from',
    verdict: 'not-ours',
    when: ({ chain, dkim }) => chain.kind === 'from-stranger' && dkim.kind === 'none',
  },
  {
    name: 'nothing-of-us',
    verdict: 'not-ours',
    when: (evidence) => !evidence.namesUs && !pointsAtUs(evidence),
  },

  // Security: What nothing proves stays unproven, however convincing its From.
  { name: 'nothing-proves-it', verdict: 'unproven', when: () => true },
]
