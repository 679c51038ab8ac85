/** As the index lists them. Path `/help/TOPIC`, page id `help-TOPIC`, view `site/help/TOPIC`. */
export const helpTopics = [
  'recovery',
  'mail-programs',
  'devices',
  'suspicious-letters',
  'spam',
  'support',
  'contact',
  'moving',
  'take-along',
  'cookies',
  'safety',
] as const

/** By the names of `styles/build-icons.ts`. */
export const topicIcons: Readonly<Record<(typeof helpTopics)[number], string>> = {
  recovery: 'recover',
  'mail-programs': 'mail-program',
  devices: 'devices',
  'suspicious-letters': 'warning',
  spam: 'filters',
  support: 'help',
  moving: 'forward',
  'take-along': 'download',
  contact: 'letter',
  cookies: 'settings',
  safety: 'safe',
}
