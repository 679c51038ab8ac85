import type { AccountsParts } from '#server/accounts/parts.ts'
import type { MailLimit } from './backup-address/mail-limit.ts'
import type { BackupAddressSettings } from './backup-address/settings.ts'
import type { ContactSettings } from './contacts/settings.ts'
import type { RecoveryMethod } from './flow/recovery-method.ts'
import type { FlowSettings } from './flow/settings.ts'
import type { RecoveryMethods } from './methods/methods.ts'
import type { PhoneSettings } from './phone/settings.ts'
import type { SmsLimit } from './phone/sms-limit.ts'
import type { SecurityQuestionSettings } from './security-question/settings.ts'

export interface RecoveryParts extends AccountsParts {
  readonly settings: AccountsParts['settings'] &
    FlowSettings &
    ContactSettings &
    BackupAddressSettings &
    PhoneSettings &
    SecurityQuestionSettings
  readonly mailLimit: MailLimit
  readonly smsLimit: SmsLimit
  /** The recovery methods as their owner, notices and undo deal with them. */
  readonly methods: RecoveryMethods
  /** The ways to prove that a mailbox is yours, as recovery deals with them. */
  readonly recoveryMethods: readonly RecoveryMethod[]
}
