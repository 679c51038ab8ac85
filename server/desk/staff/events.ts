import type { DetailsOf, EventRows } from '#server/accounts/activity/activity-details.ts'

export const events = {
  'session.ended-by-operator': {},
  'staff.door-enrolled': {},
  'staff.door-reset': {},
  'staff.granted': { role: String },
  'staff.recovery-code-used': {},
  'staff.revoked': { role: String },
} as const satisfies EventRows

declare module '#server/accounts/activity/activity-details.ts' {
  interface ActivityDetails extends DetailsOf<typeof events> {}
}
