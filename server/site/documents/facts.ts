import { supportAddressOf } from '#server/kit/settings/support-address.ts'
import type { DocumentParts } from './parts.ts'
import type { DocumentFacts } from './render-document.ts'

type SettingsInDocuments = Pick<
  DocumentParts['settings'],
  'brandName' | 'closingDays' | 'clientSignInsDays' | 'mailDomains' | 'supportAddress'
>

type SettingsOfDesk = Pick<
  DocumentParts['desk']['settings'],
  'appealDays' | 'caseDays' | 'evidenceDays'
>

/** What `{{name}}` stands for in the documents. */
export const documentFacts = (
  settings: SettingsInDocuments,
  { appealDays, caseDays, evidenceDays }: SettingsOfDesk,
): DocumentFacts => ({
  service: settings.brandName,
  domain: settings.mailDomains[0] ?? '',
  supportAddress: supportAddressOf(settings),
  closingDays: settings.closingDays,
  clientSignInsDays: settings.clientSignInsDays,
  appealDays,
  caseDays,
  evidenceDays,
})
