import type { DetailsOf, EventRows } from '#server/accounts/activity/activity-details.ts'

export const events = {
  'sending.letters-limit': { allowed: Number },
  'sending.recipients-limit': { allowed: Number },
} as const satisfies EventRows

declare module '#server/accounts/activity/activity-details.ts' {
  interface ActivityDetails extends DetailsOf<typeof events> {}
}
