import type { OverviewLink } from '#server/kit/pages/overview.ts'

export const clientSignInsLink: OverviewLink = {
  rank: 30,
  href: '/account/mail-programs',
  text: 'account.more.client-sign-ins',
}
