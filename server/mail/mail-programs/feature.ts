import type { AccountFeature } from '#server/accounts/feature.ts'
import type { MailParts } from '#server/mail/parts.ts'
import { mailProgramRoutes } from './program-routes.ts'
import { mailProgramFaults, mailProgramRows } from './settings.ts'
import texts from './texts.json' with { type: 'json' }

export const mailProgramsFeature = {
  name: 'mail/mail-programs',
  texts,
  settings: mailProgramRows,
  settingRule: mailProgramFaults,
  programRoutes: (parts) => [mailProgramRoutes(parts)],
  commands: () => import('./commands.ts'),
  checks: () => import('./checks.ts'),
} satisfies AccountFeature<MailParts>
