import type { OverviewLink } from '#server/kit/pages/overview.ts'

export const closeLink: OverviewLink = {
  rank: 90,
  href: '/account/close',
  text: 'account.more.close',
}
