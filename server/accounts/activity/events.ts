import type { DetailsOf, EventRows } from './activity-details.ts'

/** Commands in server/cli record the first two. The last one stands only in old entries. */
export const events = {
  'portal.migrated': { count: Number },
  'portal.rekeyed': { count: Number },
  'mailbox.mended': {},
} as const satisfies EventRows

declare module './activity-details.ts' {
  interface ActivityDetails extends DetailsOf<typeof events> {}
}
