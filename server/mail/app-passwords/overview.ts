import type { Overview, OverviewLink, OverviewSection } from '#server/kit/pages/overview.ts'
import type { MailParts } from '../parts.ts'
import { countHeldAppPasswords } from './store.ts'

export const appPasswordsLink: OverviewLink = {
  rank: 20,
  href: '/account/app-passwords',
  text: 'account.more.app-passwords',
}

export const heldSection: OverviewSection = { rank: 30, view: 'mail/app-passwords/overview' }

export const appPasswordsOverview = ({ db, platform }: MailParts): Overview => ({
  links: platform.applyAppPasswords ? [appPasswordsLink] : [],
  readSections: async (accountId) =>
    (await countHeldAppPasswords(db, accountId)) > 0 ? [heldSection] : [],
})
