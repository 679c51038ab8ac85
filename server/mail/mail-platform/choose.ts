// Loads the platform that MAIL_PLATFORM names, and no other.
import { connectDatabase, type Db } from '#db/connection.ts'
import type { Clock } from '#server/core/clock.ts'
import type { KitSettings } from '#server/kit/settings/settings.ts'
import { chooseHostedPlatform } from './choose-hosted.ts'
import type { MailPlatform } from './mail-platform.ts'
import type { MailPlatformSettings } from './settings.ts'

export interface PlatformParts {
  /** The portal's database, which also has the mail directory unless MAIL_DIRECTORY_URL is set. */
  readonly db: Db
  readonly clock: Clock
}

export async function chooseMailPlatform(
  settings: KitSettings & MailPlatformSettings,
  { db, clock }: PlatformParts,
): Promise<MailPlatform> {
  switch (settings.mailPlatform) {
    case 'memory': {
      const { createMemoryPlatform } = await import('./memory/memory.ts')
      return createMemoryPlatform()
    }
    case 'dovecot': {
      const { createDovecotPlatform } = await import('./dovecot/platform.ts')
      const { doveadmUrl: url, doveadmApiKey: apiKey } = settings
      const own = settings.mailDirectoryUrl ? connectDatabase(settings.mailDirectoryUrl) : undefined
      const doveadm = url && apiKey ? { doveadm: { url, apiKey } } : {}
      const platform = createDovecotPlatform({ directory: own ?? db, clock, ...doveadm })
      return own ? { ...platform, close: () => own.destroy() } : platform
    }
    case 'google':
    case 'yandex-360':
    case 'mailcow':
      return chooseHostedPlatform(settings.mailPlatform, settings, { clock })
  }
}
