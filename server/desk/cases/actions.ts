import type { DetailsOf } from '#server/accounts/activity/activity-details.ts'
import type { ActionRows } from '#server/desk/audit/audit-details.ts'

export const actions = {
  'case.attributed': {},
  'case.closed': { outcome: String },
  'case.noted': {},
  'case.viewed': {},
  'evidence.downloaded': { what: String },
  'evidence.viewed': { what: String },
} as const satisfies ActionRows

declare module '#server/desk/audit/audit-details.ts' {
  interface AuditDetails extends DetailsOf<typeof actions> {}
}
