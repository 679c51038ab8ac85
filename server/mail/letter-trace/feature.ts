import type { AccountFeature } from '#server/accounts/feature.ts'
import type { MailParts } from '#server/mail/parts.ts'
import { type LetterTraceSettings, letterTraceRows } from './settings.ts'

type LetterTraceParts = MailParts & { readonly settings: LetterTraceSettings }

async function startMilter(parts: LetterTraceParts, at: { host: string; port: number }) {
  const { startTraceService } = await import('./trace-service.ts')
  return startTraceService(parts, at)
}

export const letterTraceFeature = {
  name: 'mail/letter-trace',
  settings: letterTraceRows,
  listen: (parts) => {
    const { milterPort: port, mailServicesHost: host } = parts.settings
    return port === undefined ? undefined : startMilter(parts, { host, port })
  },
} satisfies AccountFeature<LetterTraceParts>
