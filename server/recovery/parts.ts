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
  /** All recovery methods, for the owner's pages, notices and undo. */
  readonly methods: RecoveryMethods
  /** Only the methods that the operator offers, for recoveries. */
  readonly recoveryMethods: readonly RecoveryMethod[]
}
