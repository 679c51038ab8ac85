import type { DetailsOf, EventRows } from '#server/accounts/activity/activity-details.ts'
import { methodIds } from '#server/core/method-ids.ts'

export const events = {
  'password.reset': { method: [...methodIds, 'undo'] },
  'password.reset-held': {},
  'password.reset-stopped': {},
} as const satisfies EventRows

declare module '#server/accounts/activity/activity-details.ts' {
  interface ActivityDetails extends DetailsOf<typeof events> {}
}
