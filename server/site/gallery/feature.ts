import type { AccountFeature } from '#server/accounts/feature.ts'
import type { DeliveryParts } from '#server/kit/messages/try-message.ts'
import type { SiteParts } from '../parts.ts'
import { galleryRoutes } from './routes.ts'

export const galleryFeature = {
  name: 'site/gallery',
  routes: (parts) => (parts.settings.portalEnv === 'development' ? [galleryRoutes(parts)] : []),
} satisfies AccountFeature<SiteParts & DeliveryParts>
