import type { OverviewLink } from '#server/kit/pages/overview.ts'

export const sessionsLink: OverviewLink = {
  rank: 10,
  href: '/account/sessions',
  text: 'account.more.sessions',
}
