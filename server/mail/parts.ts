import type { RecoveryParts } from '#server/recovery/parts.ts'
import type { AppPasswordSettings } from './app-passwords/settings.ts'
import type { MailHostSettings } from './mail-platform/mail-host-settings.ts'
import type { MailPlatform } from './mail-platform/mail-platform.ts'
import type { MailPlatformSettings } from './mail-platform/settings.ts'
import type { MailProgramSettings } from './mail-programs/settings.ts'
import type { MailboxSettings } from './mailboxes/settings.ts'
import type { LimitedSendingParts } from './sending-limits/limited-sending.ts'
import type { SendingLimitSettings } from './sending-limits/settings.ts'

export interface MailParts extends RecoveryParts {
  readonly settings: RecoveryParts['settings'] &
    MailPlatformSettings &
    MailHostSettings &
    MailboxSettings &
    MailProgramSettings &
    AppPasswordSettings &
    SendingLimitSettings
  readonly platform: MailPlatform
  /** Called after each run of the convergence job. The mailbox may still be behind. */
  readonly noteConverged: (accountId: string) => Promise<void>
  readonly isSendingLimited: LimitedSendingParts['isSendingLimited']
}
