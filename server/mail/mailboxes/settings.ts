import { choice, flag, whole } from '#server/kit/settings/setting-kinds.ts'
import { row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const mailboxRows = {
  quotaBytes: row(whole(1), '1073741824', 'size of a new mailbox'),
  quotaGrowth: row(
    choice('auto', 'request', 'off'),
    'auto',
    'a mailbox that fills grows by itself, when its owner asks, or never',
  ),
  quotaStepBytes: row(whole(1_048_576), '1073741824', 'how much it grows at a time'),
  quotaMaxBytes: row(whole(1), '10737418240', 'size beyond which no mailbox grows'),
  appPasswordsOnly: row(
    flag,
    'off',
    'on: mail programs need app passwords, the main password opens the portal alone',
  ),
} as const

export type MailboxSettings = SettingsOf<typeof mailboxRows>

export const mailboxFaults = ({ quotaBytes, quotaMaxBytes }: Partial<MailboxSettings>): string[] =>
  quotaBytes !== undefined && quotaMaxBytes !== undefined && quotaBytes > quotaMaxBytes
    ? ['QUOTA_MAX_BYTES is smaller than QUOTA_BYTES']
    : []
