/** In the order of the index. Path `/help/TOPIC`, page id `help-TOPIC`, view `help/TOPIC`. */
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
