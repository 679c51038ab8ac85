import type { MenuEntry } from '#server/kit/pages/menu.ts'
import { helpTopics, topicIcons } from './topics.ts'

export const helpMenu: readonly MenuEntry[] = [
  ...helpTopics.map(
    (topic, rank): MenuEntry => ({
      menu: 'help',
      rank,
      href: `/help/${topic}`,
      text: `help-${topic}.title`,
      summary: `help-index.summary.${topic}`,
      icon: topicIcons[topic],
    }),
  ),
  { menu: 'footer', rank: 10, href: '/help/', text: 'layout.footer.help' },
  { menu: 'footer', rank: 15, href: '/help/contact', text: 'layout.footer.contact' },
  { menu: 'footer', rank: 30, href: '/help/cookies', text: 'layout.footer.cookies' },
  { menu: 'footer', rank: 40, href: '/help/safety', text: 'layout.footer.safety' },
  {
    menu: 'home',
    rank: 50,
    href: '/help/mail-programs',
    text: 'home.programs.title',
    summary: 'home.programs.text',
    icon: 'mail-program',
  },
]
