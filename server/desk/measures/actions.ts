import type { DetailsOf } from '#server/accounts/activity/activity-details.ts'
import type { ActionRows } from '#server/desk/audit/audit-details.ts'

export const actions = {
  'measure.approved': { measure: String },
  'measure.lifted': { measure: String },
  'measure.proposed': { measure: String, cause: String },
  'measure.refused': { measure: String },
  'measure.taken': { measure: String, cause: String },
  'measure.viewed': {},
  'measures.viewed': {},
} as const satisfies ActionRows

declare module '#server/desk/audit/audit-details.ts' {
  interface AuditDetails extends DetailsOf<typeof actions> {}
}
