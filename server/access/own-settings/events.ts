import type { DetailsOf, EventRows } from '#server/accounts/activity/activity-details.ts'

export const events = { 'settings.changed': {} } as const satisfies EventRows

declare module '#server/accounts/activity/activity-details.ts' {
  interface ActivityDetails extends DetailsOf<typeof events> {}
}
