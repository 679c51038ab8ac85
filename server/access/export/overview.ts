import type { OverviewLink } from '#server/kit/pages/overview.ts'

export const exportLink: OverviewLink = {
  rank: 85,
  href: '/account/export',
  text: 'account.more.export',
}
