/** The help pages in the order of the index: `/help/TOPIC`, page id `help-TOPIC`, view `help/TOPIC`. */
export const helpTopics = [
  'recovery',
  'mail-programs',
  'devices',
  'suspicious-letters',
  'spam',
  'support',
  'moving',
  'cookies',
  'safety',
] as const
