import type { AccountFeature } from '#server/accounts/feature.ts'
import type { DeliveryParts } from '#server/kit/messages/try-message.ts'
import type { SiteParts } from '../parts.ts'
import { devRoutes } from './routes.ts'
import texts from './texts.json' with { type: 'json' }

export const developmentFeature = {
  name: 'site/development',
  texts,
  development: async () => (await import('./complete.ts')).development,
  routes: (parts) => (parts.settings.portalEnv === 'development' ? [devRoutes(parts)] : []),
} satisfies AccountFeature<SiteParts & DeliveryParts>
