// What compose.ts makes for routes. Higher wings add to it in their parts.ts.

import type { Request } from 'express'
import type { Db } from '#db/connection.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Texts } from '../i18n/texts.ts'
import type { AlertOperator } from '../limits/brakes.ts'
import type { Limits } from '../limits/limits.ts'
import type { WebLog } from '../log/security-log.ts'
import type { MessageParts } from '../messages/send-message.ts'
import type { MessageSettings } from '../messages/settings.ts'
import type { Menus } from '../pages/menu.ts'
import type { Pages } from '../pages/pages.ts'
import type { KitSettings } from '../settings/settings.ts'

export interface WebParts extends MessageParts {
  readonly settings: KitSettings & MessageSettings
  readonly db: Db
  readonly limits: Limits
  readonly alertOperator: AlertOperator
  readonly log: WebLog
  readonly pages: Pages
  readonly menus: Menus
  readonly texts: Texts
  /** Of the service and its domains. No login and no password may be one. */
  readonly serviceWords: readonly string[]
  readonly client: (req: Request) => ClientInfo
  readonly placeOf: (ip: string | undefined) => string
}

/** Over https every cookie has the prefix `__Host-` and the flag Secure. */
export const isHttps = (settings: Pick<KitSettings, 'baseUrl'>): boolean =>
  settings.baseUrl.startsWith('https:')
