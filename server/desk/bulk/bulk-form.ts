// The form of the queue by which many cases are decided at once.
import type { FormError } from '#server/kit/pages/forms.ts'
import { isMeasureCause, measureDays } from '../measures/measures.ts'
import { type BulkChoice, hasDays, isBulkDecision, measureOf, needsDays } from './decisions.ts'

/** The ticked cases. A form sends one text, or several as a list. */
export function readCaseIds(ticked: unknown): string[] {
  const all = Array.isArray(ticked) ? ticked : [ticked]
  return all.filter((id): id is string => typeof id === 'string' && /^\d{1,18}$/.test(id))
}

export function readChoice(form: {
  readonly decision: string
  readonly cause: string
  readonly days: string
}): BulkChoice | FormError {
  const { decision, cause } = form
  if (!isBulkDecision(decision))
    return {
      field: 'decision',
      reason: 'missing',
    }
  const measure = measureOf({ decision })
  if (!measure) return { decision, cause: null, days: null }
  if (!isMeasureCause(cause))
    return {
      field: 'cause',
      reason: 'missing',
    }
  const days = measureDays.find((each) => each === form.days && each !== 'none')
  if (!days && needsDays(measure))
    return {
      field: 'days',
      reason: 'needed',
    }
  return {
    decision,
    cause,
    days: days && hasDays(measure) ? Number(days) : null,
  }
}
