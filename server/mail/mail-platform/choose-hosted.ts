// Loads the hosted platform that MAIL_PLATFORM names, and no other.
import type { Clock } from '#server/core/clock.ts'
import type { KitSettings } from '#server/kit/settings/settings.ts'
import type { MailPlatform } from './mail-platform.ts'
import type { MailPlatformSettings } from './settings.ts'

export type HostedPlatformName = 'google' | 'yandex-360' | 'mailcow'

export const neededSettings = {
  google: ['googleServiceAccount', 'googleAdministrator'],
  'yandex-360': ['yandexOrgId', 'yandexToken'],
  mailcow: ['mailcowUrl', 'mailcowApiKey'],
} as const satisfies Record<HostedPlatformName, readonly (keyof MailPlatformSettings)[]>

/** On these platforms the main password always opens mail programs. */
export const openedByMainPassword: readonly MailPlatformSettings['mailPlatform'][] = [
  'google',
  'yandex-360',
]

export async function chooseHostedPlatform(
  name: HostedPlatformName,
  settings: MailPlatformSettings & Pick<KitSettings, 'mailDomains'>,
  parts: { readonly clock: Clock },
): Promise<MailPlatform> {
  const { mailDomains: domains } = settings
  const given = <K extends keyof MailPlatformSettings>(key: K) => demand(key, settings[key])
  switch (name) {
    case 'google': {
      const { createGooglePlatform } = await import('./google/platform.ts')
      return createGooglePlatform({
        serviceAccount: given('googleServiceAccount'),
        administrator: given('googleAdministrator'),
        orgUnitPath: settings.googleOrgUnit,
        apiBase: settings.googleApiBase,
        domains,
      })
    }
    case 'yandex-360': {
      const { createYandexPlatform } = await import('./yandex-360/platform.ts')
      return createYandexPlatform({
        orgId: given('yandexOrgId'),
        token: given('yandexToken'),
        departmentId: settings.yandexDepartment,
        apiBase: settings.yandexApiBase,
        cloudApiBase: settings.yandexCloudApiBase,
        domain: domains[0] ?? '',
        ...parts,
      })
    }
    case 'mailcow': {
      const { createMailcowPlatform } = await import('./mailcow/platform.ts')
      return createMailcowPlatform({
        url: given('mailcowUrl'),
        apiKey: given('mailcowApiKey'),
        domains,
        ...parts,
      })
    }
  }
}

function demand<T>(key: string, value: T): NonNullable<T> {
  if (value === undefined || value === null) throw new Error(`the setting ${key} is missing`)
  return value
}
