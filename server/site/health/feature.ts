import type { AccountFeature } from '#server/accounts/feature.ts'
import type { SiteParts } from '../parts.ts'
import { healthRoutes } from './routes.ts'
import { securityTxtRoutes } from './security-txt-routes.ts'

export const healthFeature = {
  name: 'site/health',
  programRoutes: ({ db, clock, settings, isDraining }) => [
    healthRoutes(db, isDraining),
    securityTxtRoutes(
      settings.baseUrl,
      settings.securityContact ?? `security@${settings.mailDomains[0]}`,
      clock,
    ),
  ],
} satisfies AccountFeature<SiteParts>
