// The text that a started portal prints.
import type { KitSettings } from '#server/kit/settings/settings.ts'

/** @param embedded true if the portal runs its own PostgreSQL */
export function startUpText(
  settings: KitSettings,
  port: number | undefined,
  embedded: boolean,
): string {
  if (port === undefined) return 'Postern worker is running.\n'
  const at = `http://${settings.host === '0.0.0.0' ? 'localhost' : settings.host}:${port}`
  if (settings.portalEnv === 'production')
    return `Postern is listening on ${at} and reached at ${settings.baseUrl}.\n`
  const keeper = embedded ? `${settings.dataDir}/` : 'the database of DATABASE_URL'
  const domain = settings.mailDomains[0]
  return [
    '',
    `  Postern is ready:   ${settings.baseUrl.replace(/:\d+$/, `:${port}`)}`,
    `  Mail and SMS sent:  ${at}/dev/outbox`,
    '',
    `  Development: mailboxes end in @${domain}, data is kept in ${keeper}.`,
    '  Worth knowing: PORT, BASE_URL, MAIL_DOMAINS, DATABASE_URL, SMTP_URL, ' +
      'TWILIO_ACCOUNT_SID, MAIL_PLATFORM.',
    '  All settings with their meaning: npm run portal -- config',
    '',
    '',
  ].join('\n')
}
