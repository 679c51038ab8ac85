/** How urgent an account's reports are, with the reasons in points, so that an analyst can argue with it. */
import type { Verdict } from '../provenance/provenance-rules.ts'
import type { ReportKind } from '../reports/report-kind.ts'

export const severities = ['low', 'medium', 'high'] as const
export type Severity = (typeof severities)[number]

export interface SeverityFacts {
  readonly kinds: readonly ReportKind[]
  /** Different people, not reports: one angry person counts once. */
  readonly distinctReporters: number
  /** The best that any of the reports reached. */
  readonly provenance: Verdict
  /** Whole days; null where no account is known. */
  readonly accountAgeDays: number | null
  /** Passwords, methods and contacts reset, changed or removed within the last 72 hours. */
  readonly recentRecoveryChanges: number
}

/** Texts: `abuse.severity.<code>`. */
export type SeverityReason =
  | 'kind-dangerous'
  | 'kind-harmful'
  | 'reporters-several'
  | 'reporters-many'
  | 'provenance-proven'
  | 'provenance-likely'
  | 'account-new'
  | 'account-young'
  | 'recovery-changed'
  | 'held-down-unproven'
  | 'held-down-not-ours'
  | 'kept-from-before'
  | 'sending-limit'

export interface SeverityJudgement {
  readonly level: Severity
  readonly reasons: readonly { readonly code: SeverityReason; readonly points: number }[]
}

const dangerous: readonly ReportKind[] = ['phishing', 'malware', 'threats']
const harmful: readonly ReportKind[] = ['fraud', 'impersonation']
const hasKind = (facts: SeverityFacts, kinds: readonly ReportKind[]) =>
  facts.kinds.some((kind) => kinds.includes(kind))
const ageBelow = (facts: SeverityFacts, days: number) =>
  facts.accountAgeDays !== null && facts.accountAgeDays < days

/** One row of each group applies: the first that fits. */
export const severityRows: readonly {
  readonly group: string
  readonly code: SeverityReason
  readonly points: number
  readonly when: (facts: SeverityFacts) => boolean
}[] = [
  { group: 'kind', code: 'kind-dangerous', points: 3, when: (facts) => hasKind(facts, dangerous) },
  { group: 'kind', code: 'kind-harmful', points: 2, when: (facts) => hasKind(facts, harmful) },
  {
    group: 'reporters',
    code: 'reporters-many',
    points: 4,
    when: (facts) => facts.distinctReporters >= 10,
  },
  {
    group: 'reporters',
    code: 'reporters-several',
    points: 2,
    when: (facts) => facts.distinctReporters >= 3,
  },
  {
    group: 'provenance',
    code: 'provenance-proven',
    points: 2,
    when: (facts) => facts.provenance === 'proven',
  },
  {
    group: 'provenance',
    code: 'provenance-likely',
    points: 1,
    when: (facts) => facts.provenance === 'likely',
  },
  { group: 'age', code: 'account-new', points: 2, when: (facts) => ageBelow(facts, 7) },
  { group: 'age', code: 'account-young', points: 1, when: (facts) => ageBelow(facts, 30) },
  // A takeover shows as a reset shortly before the letters.
  {
    group: 'recovery',
    code: 'recovery-changed',
    points: 2,
    when: (facts) => facts.recentRecoveryChanges > 0,
  },
]

const MEDIUM_FROM = 3
const HIGH_FROM = 6

/** @param current what the case stands at; by itself a case only rises. */
export function judgeSeverity(facts: SeverityFacts, current: Severity | null): SeverityJudgement {
  const seen = new Set<string>()
  const reasons: { code: SeverityReason; points: number }[] = []
  for (const { group, code, points, when } of severityRows) {
    if (seen.has(group) || !when(facts)) continue
    seen.add(group)
    reasons.push({ code, points })
  }
  const points = reasons.reduce((sum, reason) => sum + reason.points, 0)
  let level: Severity = points >= HIGH_FROM ? 'high' : points >= MEDIUM_FROM ? 'medium' : 'low'

  // Security: reports that prove nothing cannot push an account to the top, however many people are made to send them.
  const ceiling = (
    { proven: 'high', likely: 'high', unproven: 'medium', 'not-ours': 'low' } as const
  )[facts.provenance]
  if (isAbove(level, ceiling)) {
    level = ceiling
    reasons.push({
      code: ceiling === 'low' ? 'held-down-not-ours' : 'held-down-unproven',
      points: 0,
    })
  }
  if (current !== null && isAbove(current, level)) {
    level = current
    reasons.push({ code: 'kept-from-before', points: 0 })
  }
  return { level, reasons }
}

function isAbove(one: Severity, other: Severity): boolean {
  return severities.indexOf(one) > severities.indexOf(other)
}
