// What staff do that is recorded. Each feature of the desk declares its own in `actions.ts`.
import type { DetailsOf, EventRows } from '#server/accounts/activity/activity-details.ts'
import type { actions as ownActions } from './actions.ts'

export type ActionRows = EventRows

/** Each `actions.ts` adds its own. */
export interface AuditDetails extends DetailsOf<typeof ownActions> {}

export type AuditAction = keyof AuditDetails
