import type { DetailsOf } from '#server/accounts/activity/activity-details.ts'
import type { ActionRows } from '#server/desk/audit/audit-details.ts'

export const actions = {
  'staff.door-reset': {},
  'staff.granted': { role: String },
  'staff.revoked': { role: String },
  'staff.signed-in': {},
  'staff.signed-out': {},
  'staff.totp-enrolled': {},
  'staff.totp-failed': {},
  'staff.codes-renewed': {},
  'staff.recovery-code-used': {},
  'support.acted': { what: String },
  'support.viewed': {},
} as const satisfies ActionRows

declare module '#server/desk/audit/audit-details.ts' {
  interface AuditDetails extends DetailsOf<typeof actions> {}
}
