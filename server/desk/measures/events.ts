import type { DetailsOf, EventRows } from '#server/accounts/activity/activity-details.ts'

export const events = {
  'account.blocked': { reason: String },
  'account.restricted': { extent: String, cause: String },
  'account.unblocked': {},
} as const satisfies EventRows

declare module '#server/accounts/activity/activity-details.ts' {
  interface ActivityDetails extends DetailsOf<typeof events> {}
}
