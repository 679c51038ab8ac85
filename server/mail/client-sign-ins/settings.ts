import { whole } from '#server/kit/settings/setting-kinds.ts'
import { optional, row, type SettingsOf } from '#server/kit/settings/setting-row.ts'
import type { MailHostSettings } from '../mail-platform/mail-host-settings.ts'

export const clientSignInRows = {
  authPolicyPort: optional(
    whole(0, 65535),
    'port at which Dovecot tells of sign-ins (SIGN_IN_REPORT_URL); absent: none',
  ),
  limitClientPasswords: row(
    whole(1),
    '5',
    'different wrong passwords from a network for a mailbox in an hour, ' +
      'after which each further one waits a second',
  ),
  limitClientGuessesPerHour: row(
    whole(1),
    '100',
    'the same, after which none is looked at that did not open the mailbox from there before',
  ),
} as const

export type ClientSignInSettings = SettingsOf<typeof clientSignInRows>

export const clientSignInFaults = ({
  authPolicyPort,
  signInReportToken,
}: Partial<ClientSignInSettings & MailHostSettings>): string[] =>
  authPolicyPort !== undefined && !signInReportToken
    ? ['SIGN_IN_REPORT_TOKEN is required by AUTH_POLICY_PORT']
    : []
