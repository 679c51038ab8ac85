import type { Overview, OverviewLink, OverviewSection } from '#server/kit/pages/overview.ts'
import type { NextStep } from '#server/kit/pages/owner/security-check.ts'
import type { SiteParts } from '../parts.ts'
import { checkPath, readCheck } from './read-check.ts'

export const statusLink: OverviewLink = { rank: 0, href: checkPath, text: 'check.title' }

export const nextSection = (next: NextStep): OverviewSection => ({
  rank: 60,
  view: 'site/check/overview',
  locals: { next },
})

export const checkOverview = (parts: SiteParts): Overview => ({
  statusLink,
  async readSections(accountId) {
    const { next } = await readCheck(parts, accountId)
    return next && !next.isOnOverview ? [nextSection(next)] : []
  },
})
