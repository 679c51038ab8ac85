/** How evidence becomes a verdict: one table, read from the top, the first rule that fits decides. */

import type { TraceReading } from '#server/mail/letter-trace/trace-header.ts'
import type { DkimReading } from './dkim.ts'
import type { ChainReading } from './received-chain.ts'

export type Verdict = 'proven' | 'likely' | 'unproven' | 'not-ours'

export interface Evidence {
  readonly trace: TraceReading
  readonly dkim: DkimReading
  readonly chain: ChainReading
  readonly hasHeader: boolean
  readonly hasBody: boolean
  /** The one From address, where it is the only one and of our domains. */
  readonly ownFrom: string | null
  /** From, Return-Path, Sender or Message-ID carries one of our domains. */
  readonly namesUs: boolean
  readonly fromOwnerEnforced: boolean
  /** A mail program's own words about the letter, not the letter. */
  readonly retold: boolean
}

export interface ProvenanceRule {
  readonly name: string
  readonly verdict: Verdict
  readonly when: (evidence: Evidence) => boolean
}

const traced = ({ trace }: Evidence) => trace.kind === 'bound'
const signed = ({ dkim }: Evidence) => dkim.kind === 'pass'
const untouched = ({ trace }: Evidence) =>
  trace.kind === 'bound' && trace.subject === 'same' && trace.body !== 'differs'
const pointsAtUs = ({ trace, dkim, chain }: Evidence) =>
  trace.kind !== 'absent' ||
  dkim.kind !== 'none' ||
  chain.kind === 'submitted' ||
  chain.kind === 'from-us'

export const provenanceRules: readonly ProvenanceRule[] = [
  // Words without a letter neither prove nor disprove anything.
  { name: 'no-header', verdict: 'unproven', when: ({ hasHeader }) => !hasHeader },
  // What a mail program retold carries no proof, whatever it quotes.
  { name: 'retold', verdict: 'unproven', when: ({ retold, namesUs }) => retold && namesUs },
  { name: 'retold-without-us', verdict: 'not-ours', when: ({ retold }) => retold },

  // Our server vouches for this very letter and for the account, and nobody changed what is shown.
  {
    name: 'trace-and-content',
    verdict: 'proven',
    when: (evidence) => traced(evidence) && untouched(evidence),
  },
  {
    name: 'trace-and-signature',
    verdict: 'proven',
    when: (evidence) => traced(evidence) && signed(evidence),
  },
  // Signed by us, and nobody could have signed with another's From.
  {
    name: 'signature-and-owner',
    verdict: 'proven',
    when: (evidence) => signed(evidence) && evidence.fromOwnerEnforced && evidence.ownFrom !== null,
  },

  // The account sent a letter of this name; a list or a reporter changed its words since.
  { name: 'trace-but-changed', verdict: 'likely', when: traced },
  // From our servers for certain; by which account is a guess, as a From inside one domain can be forged.
  { name: 'signature', verdict: 'likely', when: signed },
  // Believable relays name a sign-in. They may be retyped, so no more than likely, and nothing may speak against it.
  {
    name: 'received-and-from',
    verdict: 'likely',
    when: ({ chain, trace, dkim, namesUs }) =>
      chain.kind === 'submitted' &&
      trace.kind === 'absent' &&
      (dkim.kind === 'none' || dkim.kind === 'unknown') &&
      namesUs,
  },

  // Security: the From alone never makes a letter ours; here believable relays say that it came from somebody else.
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

  // Security: what nothing proves stays unproven, however convincing its From.
  { name: 'nothing-proves-it', verdict: 'unproven', when: () => true },
]
