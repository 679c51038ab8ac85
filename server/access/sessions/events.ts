import type { DetailsOf, EventRows } from '#server/accounts/activity/activity-details.ts'

export const events = {
  'session.device-forgotten': {},
  'session.device-kept': {},
  'session.ended': { device: String },
  'session.others-ended': { count: Number },
} as const satisfies EventRows

declare module '#server/accounts/activity/activity-details.ts' {
  interface ActivityDetails extends DetailsOf<typeof events> {}
}
