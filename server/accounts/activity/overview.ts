import type { Overview, OverviewSection } from '#server/kit/pages/overview.ts'
import type { AccountsParts } from '../parts.ts'
import { describeEntry } from './describe-entry.ts'
import { listActivity } from './store.ts'

const latestEntries = 5

/** @param events as views/components/events.ejs takes them */
export const latestSection = (events: readonly object[]): OverviewSection => ({
  rank: 120,
  view: 'accounts/activity/overview',
  locals: { events },
})

export const activityOverview = ({ db }: AccountsParts): Overview => ({
  async readSections(accountId) {
    const entries = await listActivity(db, accountId, latestEntries)
    return [latestSection(entries.map((entry) => describeEntry(entry)))]
  },
})
