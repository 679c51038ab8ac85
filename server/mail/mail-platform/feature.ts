import type { AccountFeature } from '#server/accounts/feature.ts'
import type { MailParts } from '#server/mail/parts.ts'
import { mailHostRows } from './mail-host-settings.ts'
import { mailPlatformFaults } from './platform-faults.ts'
import { mailPlatformRows } from './settings.ts'
import texts from './texts.json' with { type: 'json' }

export const mailPlatformFeature = {
  name: 'mail/mail-platform',
  texts,
  settings: { ...mailPlatformRows, ...mailHostRows },
  settingRule: mailPlatformFaults,
  commands: () => import('./commands.ts'),
  checks: () => import('./checks.ts'),
} satisfies AccountFeature<MailParts>
