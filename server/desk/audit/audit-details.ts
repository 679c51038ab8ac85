// What staff do that is recorded. Each feature of the desk declares its own in `actions.ts`.
import type { DetailsOf, EventRows } from '#server/accounts/activity/activity-details.ts'

export type ActionRows = EventRows

type NoRows = Readonly<Record<never, never>>

/** Each `actions.ts` adds its own. */
export interface AuditDetails extends DetailsOf<NoRows> {}

export type AuditAction = keyof AuditDetails
