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
  'cookies',
  'safety',
] as const
