// Maps the desk's codes to the keys of their texts.
import type { Severity, SeverityReason } from './cases/severity.ts'
import type { TimelineEvent } from './cases/timeline-store.ts'
import type { Consequence, EndReason, MeasureCause, Standing } from './measures/measures.ts'
import type { ReasonCode } from './provenance/provenance-reasons.ts'
import type { Verdict } from './provenance/provenance-rules.ts'
import type { ReportKind } from './reports/report-kind.ts'
import type { Outcome } from './reports/report-store.ts'

export const deskTextKeys = {
  kind: (kind: ReportKind) => `abuse.kinds.${kind}`,
  verdict: (verdict: Verdict) => `abuse.verdicts.${verdict}`,
  provenance: (reason: ReasonCode) => `abuse.provenance.${reason}`,
  level: (level: Severity) => `abuse.levels.${level}`,
  severity: (reason: SeverityReason) => `abuse.severity.${reason}`,
  measure: (measure: Standing) => `abuse.measures.${measure}`,
  cause: (cause: MeasureCause) => `abuse.causes.${cause}`,
  consequence: (consequence: Consequence) => `abuse.consequence.${consequence}`,
  outcome: (outcome: Outcome | 'merged') => `abuse.outcomes.${outcome}`,
  end: (reason: EndReason) => `abuse.ends.${reason}`,
  timeline: (event: TimelineEvent) => `abuse.timeline.${event}`,
} as const
