// Says in codes why a letter got its verdict.
import type { Evidence } from './provenance-rules.ts'

/** Texts: `abuse.provenance.<code>`. */
export const reasonCodes = [
  'trace-bound',
  'trace-of-account',
  'trace-old',
  'trace-from-differs',
  'trace-shown-differs',
  'trace-subject-differs',
  'trace-body-differs',
  'trace-without-body',
  'trace-begins-same',
  'trace-absent',
  'trace-forged',
  'trace-of-another-letter',
  'trace-from-future',
  'dkim-passed',
  'dkim-leaves-open',
  'dkim-replayed',
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

export function reasonsOf(evidence: Evidence): ReasonCode[] {
  const { trace, dkim, chain, ownFrom } = evidence
  const reasons = new Set<ReasonCode>(evidence.retold ? ['retold'] : [])
  for (const reason of reasonsOfTrace(trace)) reasons.add(reason)
  for (const reason of reasonsOfDkim(dkim)) reasons.add(reason)
  if (dkim.kind === 'pass' && !dkim.covers) reasons.add('dkim-leaves-open')
  if (evidence.replayed) reasons.add('dkim-replayed')
  reasons.add(chainReasons[chain.kind])
  if (dkim.kind === 'pass' && ownFrom !== null && evidence.fromOwnerEnforced)
    reasons.add('from-owner-enforced')
  if (ownFrom !== null) reasons.add('from-ours')
  else reasons.add(evidence.namesUs ? 'from-not-ours' : 'names-nobody-of-us')
  return [...reasons]
}

function reasonsOfTrace(trace: Evidence['trace']): ReasonCode[] {
  if (trace.kind !== 'bound') return [`trace-${trace.kind}`]
  const isWhole = trace.from === 'same' && trace.shown === 'same' && trace.subject === 'same'
  const reasons: ReasonCode[] = [
    isWhole && trace.body !== 'differs' ? 'trace-bound' : 'trace-of-account',
  ]
  if (trace.shown === 'unbound') reasons.push('trace-old')
  if (trace.from === 'differs') reasons.push('trace-from-differs')
  else if (trace.shown === 'differs') reasons.push('trace-shown-differs')
  if (trace.subject === 'differs') reasons.push('trace-subject-differs')
  if (trace.body === 'missing') reasons.push('trace-without-body')
  else if (trace.body === 'begins-same') reasons.push('trace-begins-same')
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
