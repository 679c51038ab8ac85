import type { DeliveryParts } from './kit/messages/try-message.ts'
import type { Settings } from './settings.ts'
import type { SiteParts } from './site/parts.ts'

/** All parts that compose.ts makes for routes, tasks and commands. */
export interface PortalParts extends SiteParts, Omit<DeliveryParts, 'settings' | 'log'> {
  readonly settings: Settings
}
