import { variableOf } from '#server/kit/settings/setting-row.ts'
import type { MailboxSettings } from '../mailboxes/settings.ts'
import { type HostedPlatformName, neededSettings, openedByMainPassword } from './choose-hosted.ts'
import type { MailPlatformSettings } from './settings.ts'

export function mailPlatformFaults(
  settings: Partial<MailPlatformSettings & MailboxSettings>,
  isProduction: boolean,
): string[] {
  const name = settings.mailPlatform
  const needed = name && name in neededSettings ? neededSettings[name as HostedPlatformName] : []
  const missing = needed.filter((key) => settings[key] === undefined)
  const faults = missing.map((key) => `${variableOf(key)} is required by MAIL_PLATFORM ${name}`)
  if (name && settings.appPasswordsOnly && openedByMainPassword.includes(name))
    faults.push(`APP_PASSWORDS_ONLY cannot be on with MAIL_PLATFORM ${name}`)
  if (isProduction && name === 'memory')
    faults.push('MAIL_PLATFORM memory forgets every mailbox: not for production')
  return faults
}
