import type { DetailsOf, EventRows } from '#server/accounts/activity/activity-details.ts'

export const events = {
  'account.closing': { by: ['owner', 'operator'] },
  'account.kept': { by: ['owner', 'recovery', 'operator'] },
  'account.closed': {},
} as const satisfies EventRows

declare module '#server/accounts/activity/activity-details.ts' {
  interface ActivityDetails extends DetailsOf<typeof events> {}
}
