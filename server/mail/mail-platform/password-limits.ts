import type { PasswordLimits } from '#server/core/passwords/password-policy.ts'
import type { MailPlatformSettings } from './settings.ts'

/** Google takes 100 ASCII characters, Yandex only Latin letters, digits and signs. */
const limits: Partial<Record<MailPlatformSettings['mailPlatform'], PasswordLimits>> = {
  google: { asciiOnly: true, maxLength: 100 },
  'yandex-360': { asciiOnly: true, maxLength: 100 },
}

export function passwordLimitsOf(
  settings: Pick<MailPlatformSettings, 'mailPlatform'>,
): PasswordLimits | undefined {
  return limits[settings.mailPlatform]
}
