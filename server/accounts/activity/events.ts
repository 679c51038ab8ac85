import type { DetailsOf, EventRows } from './activity-details.ts'

/** Commands of no feature record the first two, and nothing the others any more. */
export const events = {
  'portal.migrated': { count: Number },
  'portal.rekeyed': { count: Number },
  'mailbox.mended': {},
} as const satisfies EventRows

declare module './activity-details.ts' {
  interface ActivityDetails extends DetailsOf<typeof events> {}
}
