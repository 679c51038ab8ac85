import type { DetailsOf, EventRows } from '#server/accounts/activity/activity-details.ts'

export const events = {
  'app-password.all-revoked': { count: Number },
  'app-password.created': { name: String },
  'app-password.held': { count: Number },
  'app-password.kept': { name: String },
  'app-password.revoked': { name: String },
} as const satisfies EventRows

declare module '#server/accounts/activity/activity-details.ts' {
  interface ActivityDetails extends DetailsOf<typeof events> {}
}
