import type { DetailsOf, EventRows } from '#server/accounts/activity/activity-details.ts'

export const events = {
  'mailbox.alias-added': { alias: String },
  'mailbox.alias-removed': { alias: String },
  'mailbox.grown': { mebibytes: Number },
  'mailboxes.reconciled': { mended: Number, removed: Number },
} as const satisfies EventRows

declare module '#server/accounts/activity/activity-details.ts' {
  interface ActivityDetails extends DetailsOf<typeof events> {}
}
