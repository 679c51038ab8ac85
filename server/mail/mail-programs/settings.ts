import { parseSigningPair } from '#server/core/keys/signing-pair.ts'
import { domain, mailServers, text } from '#server/kit/settings/setting-kinds.ts'
import { optional, type SettingsOf, secret } from '#server/kit/settings/setting-row.ts'

export const mailProgramRows = {
  mailServerImap: optional(
    mailServers('imap'),
    'where mail programs fetch letters by IMAP, best first; absent: imaps://imap.DOMAIN',
  ),
  mailServerPop3: optional(mailServers('pop3'), 'the same by POP3; absent: pop3s://pop.DOMAIN'),
  mailServerSmtp: optional(
    mailServers('smtp'),
    'where mail programs send, best first; absent: smtps://smtp.DOMAIN, smtp://smtp.DOMAIN',
  ),
  mailServerMx: optional(
    domain,
    'where other providers hand in letters, for portal dns; absent: mx.DOMAIN',
  ),
  profileCertificate: optional(
    text('PEM'),
    'certificate and chain that sign Apple profiles; absent: they are not signed',
    secret,
  ),
  profileKey: optional(text('PEM'), 'private key of that certificate, RSA or EC', secret),
} as const

export type MailProgramSettings = SettingsOf<typeof mailProgramRows>

export function mailProgramFaults({
  profileCertificate,
  profileKey,
}: Partial<MailProgramSettings>): string[] {
  if (!profileCertificate && !profileKey) return []
  if (!profileCertificate || !profileKey) {
    return [
      'PROFILE_CERTIFICATE and PROFILE_KEY sign Apple profiles together: one of them is missing',
    ]
  }
  const pair = parseSigningPair(profileCertificate, profileKey)
  return pair.kind === 'ok'
    ? []
    : [`PROFILE_CERTIFICATE and PROFILE_KEY do not sign together: ${pair.reason}`]
}
