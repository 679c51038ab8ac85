// The actions of staff that the audit records. Each feature names its actions in `actions.ts`.
import type { DetailsOf, EventRows } from '#server/accounts/activity/activity-details.ts'

export type ActionRows = EventRows

type NoRows = Readonly<Record<never, never>>

/** The details of each action. Each `actions.ts` adds its actions to this interface. */
export interface AuditDetails extends DetailsOf<NoRows> {}

export type AuditAction = keyof AuditDetails
