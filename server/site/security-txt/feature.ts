import type { AccountFeature } from '#server/accounts/feature.ts'
import type { SiteParts } from '../parts.ts'
import { securityTxtRoutes } from './routes.ts'

export const securityTxtFeature = {
  name: 'site/security-txt',
  programRoutes: ({ clock, settings }) => {
    const contact = settings.securityContact ?? `security@${settings.mailDomains[0]}`
    return [securityTxtRoutes(settings.baseUrl, contact, clock)]
  },
} satisfies AccountFeature<SiteParts>
