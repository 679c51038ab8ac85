// What can be decided about many cases at once.
import { type MeasureCause, type MeasureName, measureRows } from '../measures/measures.ts'
import type { Outcome } from '../reports/report-store.ts'

/** To close the cases like this. */
export const bulkOutcomes = ['not-ours', 'no-breach', 'not-enough'] as const
/** To take this measure, and to close the cases. A block for good is decided one by one. */
export const bulkMeasures = [
  'limit-sending',
  'suspend-sending',
  'suspend-all',
  'compromised',
] as const

export type BulkDecision = (typeof bulkOutcomes)[number] | (typeof bulkMeasures)[number]
export const bulkDecisions: readonly BulkDecision[] = [...bulkOutcomes, ...bulkMeasures]
export const isBulkDecision = (value: unknown): value is BulkDecision =>
  bulkDecisions.some((decision) => decision === value)

export interface BulkChoice {
  readonly decision: BulkDecision
  /** Null unless a measure is taken. */
  readonly cause: MeasureCause | null
  readonly days: number | null
}

export const measureOf = ({ decision }: Pick<BulkChoice, 'decision'>): MeasureName | undefined =>
  bulkMeasures.find((measure) => measure === decision)

export const outcomeOf = ({ decision }: Pick<BulkChoice, 'decision'>): Outcome =>
  bulkOutcomes.find((outcome) => outcome === decision) ?? 'measure-taken'

export const needsDays = (measure: MeasureName) => measureRows[measure].until === 'needed'
export const hasDays = (measure: MeasureName) => measureRows[measure].until !== 'none'
