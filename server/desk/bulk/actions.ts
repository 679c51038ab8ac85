import type { DetailsOf } from '#server/accounts/activity/activity-details.ts'
import type { ActionRows } from '#server/desk/audit/audit-details.ts'

export const actions = {
  'bulk.approved': { cases: Number },
  'bulk.proposed': { cases: Number },
  'bulk.refused': { cases: Number },
  'bulk.started': { cases: Number },
  'bulk.undone': { cases: Number },
  'bulk.viewed': {},
  'case.reopened': {},
} as const satisfies ActionRows

declare module '#server/desk/audit/audit-details.ts' {
  interface AuditDetails extends DetailsOf<typeof actions> {}
}
