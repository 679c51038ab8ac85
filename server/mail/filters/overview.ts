import type { Overview, OverviewSection } from '#server/kit/pages/overview.ts'
import type { MailParts } from '../parts.ts'
import { findFilterWaiting } from './store.ts'

/** `held`: filters wait for a decision. `unheld`: the portal cannot reach them. */
export const waitingFiltersSection = (waiting: 'held' | 'unheld'): OverviewSection => ({
  rank: 40,
  view: 'mail/filters/overview',
  locals: { about: `account.filters.${waiting}` },
})

export const filtersOverview = ({ db }: MailParts): Overview => ({
  async readSections(accountId) {
    const { held, unheldSince } = await findFilterWaiting(db, accountId)
    if (held > 0) return [waitingFiltersSection('held')]
    return unheldSince ? [waitingFiltersSection('unheld')] : []
  },
})
