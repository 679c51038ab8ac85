import { whole } from '#server/kit/settings/setting-kinds.ts'
import { optional, row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const registrationRows = {
  limitRegistrationsPerIpHour: row(whole(1), '10', 'mailboxes created from one network an hour'),
  limitRegistrationsPerWideNetworkHour: optional(
    whole(1),
    'the same from one /24 or /48; absent: ten times LIMIT_REGISTRATIONS_PER_IP_HOUR',
  ),
} as const

export type RegistrationSettings = SettingsOf<typeof registrationRows>
