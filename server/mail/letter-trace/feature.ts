import type { AccountFeature } from '#server/accounts/feature.ts'
import type { MailParts } from '#server/mail/parts.ts'
import { letterTraceRows } from './settings.ts'

export const letterTraceFeature = {
  name: 'mail/letter-trace',
  settings: letterTraceRows,
} satisfies AccountFeature<MailParts>
