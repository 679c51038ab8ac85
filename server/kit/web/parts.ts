// Everything that compose.ts makes and that routes may need.

import type { Request } from 'express'
import type { Db } from '#db/connection.ts'
import type { PasswordHasher } from '#server/accounts/password/hasher.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Clock } from '#server/core/clock.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { DeskParts } from '#server/desk/desk.ts'
import type { MailPlatform } from '#server/mail/mail-platform/mail-platform.ts'
import type { MailLimit } from '#server/recovery/backup-address/mail-limit.ts'
import type { RecoveryMethod } from '#server/recovery/flow/recovery-method.ts'
import type { ManagedMethods } from '#server/recovery/methods/managed-method.ts'
import type { SmsLimit } from '#server/recovery/phone/sms-limit.ts'
import type { Settings } from '#server/settings.ts'
import type { Texts } from '../i18n/texts.ts'
import type { AlertOperator } from '../limits/brakes.ts'
import type { Limits } from '../limits/limits.ts'
import type { WebLog } from '../log/security-log.ts'
import type { Pages } from '../pages/pages.ts'
import type { KitSettings } from '../settings/settings.ts'

export interface WebParts {
  readonly settings: Settings
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
  readonly hasher: PasswordHasher
  readonly platform: MailPlatform
  readonly limits: Limits
  /** Called when a limit of the whole service refuses somebody. */
  readonly alertOperator: AlertOperator
  readonly mailLimit: MailLimit
  readonly smsLimit: SmsLimit
  /** The recovery methods for their owner, for notices and for undo. */
  readonly methods: ManagedMethods
  /** The recovery methods for a recovery. */
  readonly recoveryMethods: readonly RecoveryMethod[]
  readonly desk: DeskParts
  readonly log: WebLog
  readonly pages: Pages
  readonly texts: Texts
  /** Names of the service and its domains, which neither a login nor a password may be. */
  readonly serviceWords: readonly string[]
  readonly client: (req: Request) => ClientInfo
  readonly placeOf: (ip: string | undefined) => string
}

/** Decides the prefix and the Secure flag of every cookie. */
export const isHttps = (settings: Pick<KitSettings, 'baseUrl'>): boolean =>
  settings.baseUrl.startsWith('https:')
