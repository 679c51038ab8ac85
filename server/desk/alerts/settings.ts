import { text, whole } from '#server/kit/settings/setting-kinds.ts'
import { optional, row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const alertRows = {
  caseAlertMail: optional(
    text('an address'),
    'who is mailed about new cases of high severity; ' +
      'absent: each analyst and senior analyst, at their own mailbox',
  ),
  caseAlertMinutes: row(
    whole(0),
    '15',
    'minutes between two mails about new cases of high severity; 0: no mails',
  ),
} as const

export type AlertSettings = SettingsOf<typeof alertRows>
