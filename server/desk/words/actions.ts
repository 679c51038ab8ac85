import type { DetailsOf } from '#server/accounts/activity/activity-details.ts'
import type { ActionRows } from '#server/desk/audit/audit-details.ts'

export const actions = {
  'template.changed': {},
  'template.retired': {},
  'template.viewed': {},
  'words.viewed': {},
  'words.written': { what: String },
} as const satisfies ActionRows

declare module '#server/desk/audit/audit-details.ts' {
  interface AuditDetails extends DetailsOf<typeof actions> {}
}
