// Judges how urgent a case is, with reasons and points that an analyst can check.
import type { Verdict } from '../provenance/provenance-rules.ts'
import type { ReportKind } from '../reports/report-kind.ts'

export const severities = ['low', 'medium', 'high', 'emergency'] as const
export type Severity = (typeof severities)[number]

export interface SeverityFacts {
  readonly kinds: readonly ReportKind[]
  /** How many people the reporters weigh: one angry person counts once. */
  readonly distinctReporters: number
  /** The strongest verdict among the reports. */
  readonly provenance: Verdict
  /** Whole days; null if no account is known. */
  readonly accountAgeDays: number | null
  /** How often the password or a recovery method was changed in the last 72 hours. */
  readonly recentRecoveryChanges: number
  /** Every letter was judged before, without a breach. */
  readonly harmless?: boolean
}

/** Texts: `abuse.severity.<code>`. */
export type SeverityReason =
  | 'kind-emergency'
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
  | 'held-down-harmless'
  | 'kept-from-before'
  | 'sending-limit'

export interface SeverityJudgement {
  readonly level: Severity
  readonly reasons: readonly { readonly code: SeverityReason; readonly points: number }[]
}

const dangerous: readonly ReportKind[] = ['phishing', 'malware', 'threats']
const harmful: readonly ReportKind[] = ['fraud', 'impersonation']
const hasKind = ({ kinds }: Pick<SeverityFacts, 'kinds'>, some: readonly ReportKind[]) =>
  kinds.some((kind) => some.includes(kind))
const ageBelow = (facts: SeverityFacts, days: number) =>
  facts.accountAgeDays !== null && facts.accountAgeDays < days

/** In each group the first row that fits counts, and no other row. */
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
  {
    group: 'recovery',
    code: 'recovery-changed',
    points: 2,
    when: (facts) => facts.recentRecoveryChanges > 0,
  },
]

const mediumFrom = 3
const highFrom = 6

/** The highest level that reports of this provenance can reach. */
const ceilings: Readonly<Record<Verdict, Severity>> = {
  proven: 'high',
  likely: 'high',
  unproven: 'medium',
  'not-ours': 'low',
}

function levelOf(points: number): Severity {
  if (points >= highFrom) return 'high'
  return points >= mediumFrom ? 'medium' : 'low'
}

/** An emergency stays one, whatever is known of it. */
const emergency: SeverityJudgement = {
  level: 'emergency',
  reasons: [{ code: 'kind-emergency', points: 0 }],
}

/** @param current the severity until now, which is never lowered */
export function judgeSeverity(facts: SeverityFacts, current: Severity | null): SeverityJudgement {
  if (current === 'emergency') return emergency
  const seen = new Set<string>()
  const reasons: { code: SeverityReason; points: number }[] = []
  for (const { group, code, points, when } of severityRows) {
    if (seen.has(group) || !when(facts)) continue
    seen.add(group)
    reasons.push({ code, points })
  }
  const points = reasons.reduce((sum, reason) => sum + reason.points, 0)
  let level = levelOf(points)

  // Security: Reports that prove nothing cannot raise a case to the highest severity.
  const ceiling = facts.harmless ? 'low' : ceilings[facts.provenance]
  if (isAbove(level, ceiling)) {
    level = ceiling
    reasons.push({ code: heldDownBy(facts), points: 0 })
  }
  if (current !== null && isAbove(current, level)) {
    level = current
    reasons.push({ code: 'kept-from-before', points: 0 })
  }
  return { level, reasons }
}

function heldDownBy({ harmless, provenance }: SeverityFacts): SeverityReason {
  if (harmless) return 'held-down-harmless'
  return provenance === 'not-ours' ? 'held-down-not-ours' : 'held-down-unproven'
}

/** The points of the worst kind. Both lists have a row of `severityRows`. */
function dangerOf(kinds: readonly ReportKind[]): number {
  if (hasKind({ kinds }, dangerous)) return 2
  return hasKind({ kinds }, harmful) ? 1 : 0
}

export const isWorseKind = (kind: ReportKind | null, than: readonly ReportKind[]): boolean =>
  kind !== null && dangerOf([kind]) > dangerOf(than)

function isAbove(one: Severity, other: Severity): boolean {
  return severities.indexOf(one) > severities.indexOf(other)
}
