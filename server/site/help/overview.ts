import type { OverviewLink } from '#server/kit/pages/overview.ts'

export const mailProgramsLink: OverviewLink = {
  rank: 50,
  href: '/help/mail-programs',
  text: 'account.more.programs',
}
