import { describeEntry } from '#server/accounts/activity/describe-entry.ts'
import type { Past } from './read-past.ts'

export const describePast = ({ changes, sending }: Past) => ({
  changes: changes.map(({ group, entries }) => ({
    group,
    entries: entries.map(describeEntry),
  })),
  sending,
})
