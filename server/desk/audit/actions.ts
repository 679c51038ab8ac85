import type { DetailsOf } from '#server/accounts/activity/activity-details.ts'
import type { ActionRows } from './audit-details.ts'

export const actions = {
  'audit.exported': { count: Number },
  'audit.viewed': {},
} as const satisfies ActionRows

declare module './audit-details.ts' {
  interface AuditDetails extends DetailsOf<typeof actions> {}
}
