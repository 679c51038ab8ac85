import type { DetailsOf, EventRows } from './activity-details.ts'

/** Commands in server/cli record two, and the last one stands only in old entries. */
export const events = {
  'activity.folded': { account: String, count: Number, digest: String },
  'portal.migrated': { count: Number },
  'portal.rekeyed': { count: Number },
  'mailbox.mended': {},
} as const satisfies EventRows

declare module './activity-details.ts' {
  interface ActivityDetails extends DetailsOf<typeof events> {}
}
