// Every setting of the portal. The environment variable is the key in capitals (`baseUrl` is BASE_URL).

import { registrationRows } from './access/registration/settings.ts'
import { accountRows } from './accounts/accounts/settings.ts'
import { passwordRows } from './accounts/password/settings.ts'
import { sessionRows } from './accounts/sessions/settings.ts'
import { signInRows } from './accounts/sign-in-limits/settings.ts'
import { appealRows } from './desk/appeals/settings.ts'
import { caseRows } from './desk/cases/settings.ts'
import { measureSettingRows } from './desk/measures/settings.ts'
import { provenanceRows } from './desk/provenance/settings.ts'
import { reportRows } from './desk/reports/settings.ts'
import { staffRows } from './desk/staff/settings.ts'
import { messageFaults, messageRows } from './kit/messages/settings.ts'
import { type Environment, parseSettings, type SettingRule } from './kit/settings/config.ts'
import type { SettingsOf } from './kit/settings/setting-row.ts'
import { kitFaults, kitRows } from './kit/settings/settings.ts'
import { clientSignInFaults, clientSignInRows } from './mail/client-sign-ins/settings.ts'
import { letterTraceRows } from './mail/letter-trace/settings.ts'
import { mailHostRows } from './mail/mail-platform/mail-host-settings.ts'
import { mailPlatformFaults } from './mail/mail-platform/platform-faults.ts'
import { mailPlatformRows } from './mail/mail-platform/settings.ts'
import { mailProgramFaults, mailProgramRows } from './mail/mail-programs/settings.ts'
import { mailboxFaults, mailboxRows } from './mail/mailboxes/settings.ts'
import { sendingLimitRows } from './mail/sending-limits/settings.ts'
import { backupAddressRows } from './recovery/backup-address/settings.ts'
import { contactRows } from './recovery/contacts/settings.ts'
import { flowRows } from './recovery/flow/settings.ts'
import { phoneFaults, phoneRows } from './recovery/phone/settings.ts'
import { securityQuestionRows } from './recovery/security-question/settings.ts'
import { helpRows } from './site/help/settings.ts'

export const rows = {
  ...kitRows,
  ...messageRows,
  ...accountRows,
  ...passwordRows,
  ...registrationRows,
  ...signInRows,
  ...sessionRows,
  ...flowRows,
  ...contactRows,
  ...backupAddressRows,
  ...phoneRows,
  ...securityQuestionRows,
  ...mailPlatformRows,
  ...mailHostRows,
  ...mailboxRows,
  ...mailProgramRows,
  ...clientSignInRows,
  ...sendingLimitRows,
  ...letterTraceRows,
  ...staffRows,
  ...reportRows,
  ...provenanceRows,
  ...caseRows,
  ...measureSettingRows,
  ...appealRows,
  ...helpRows,
} as const

export type Settings = SettingsOf<typeof rows> & { readonly baseUrl: string }

const rules: readonly SettingRule[] = [
  kitFaults,
  messageFaults,
  phoneFaults,
  mailPlatformFaults,
  mailboxFaults,
  mailProgramFaults,
  clientSignInFaults,
]

/** @throws SettingsError that lists every fault */
export function readSettings(env: Environment): Settings {
  const settings = parseSettings(env, rows, rules) as unknown as SettingsOf<typeof rows>
  return { ...settings, baseUrl: settings.baseUrl ?? `http://localhost:${settings.port}` }
}
