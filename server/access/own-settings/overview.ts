import type { OverviewLink } from '#server/kit/pages/overview.ts'

export const settingsLink: OverviewLink = {
  rank: 60,
  href: '/account/settings',
  text: 'account.more.settings',
}
