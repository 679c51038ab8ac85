// Numbers and names in help texts. They come from the settings, so they are true.
import { writeDomain } from '#server/core/identifiers/mail-domain.ts'
import { supportAddressOf } from '#server/kit/settings/support-address.ts'
import { bestServerOf, type MailServers } from '#server/mail/mail-programs/mail-servers.ts'
import type { SiteParts } from '../parts.ts'

export type HelpFacts = Readonly<Record<string, string | number>>

type SettingsInHelp = Pick<
  SiteParts['settings'],
  | 'abuseAddress'
  | 'abuseImapUrl'
  | 'abuseLmtpPort'
  | 'baseUrl'
  | 'codeMinutes'
  | 'knownSessionDays'
  | 'knownSessionMaxDays'
  | 'linkMinutes'
  | 'mailDomains'
  | 'passwordMin'
  | 'probationHours'
  | 'sessionIdleMinutes'
  | 'sessionMaxHours'
  | 'supportAddress'
  | 'undoDays'
>

export function helpFacts(settings: SettingsInHelp, servers: MailServers): HelpFacts {
  const domain = settings.mailDomains[0] ?? ''
  const takesReports = settings.abuseImapUrl !== undefined || settings.abuseLmtpPort !== undefined
  const imapsync = imapsyncFor(servers, domain)
  return {
    codeMinutes: settings.codeMinutes,
    linkMinutes: settings.linkMinutes,
    probationHours: settings.probationHours,
    undoDays: settings.undoDays,
    idleMinutes: settings.sessionIdleMinutes,
    maxHours: settings.sessionMaxHours,
    knownDays: settings.knownSessionDays,
    knownMaxDays: settings.knownSessionMaxDays,
    passwordMin: settings.passwordMin,
    host: writeDomain(new URL(settings.baseUrl).host),
    domain: writeDomain(domain),
    imapsync: imapsync.join(' '),
    imapsyncLines: imapsync.join(' \\\n  '),
    smtpHost: bestServerOf(servers, 'smtp')?.host ?? domain,
    supportAddress: supportAddressOf(settings),
    // Empty if the portal takes no reports by mail.
    abuseAddress: takesReports ? (settings.abuseAddress ?? `abuse@${domain}`) : '',
  }
}

function imapsyncFor(servers: MailServers, domain: string): string[] {
  const imap = bestServerOf(servers, 'imap')
  const secure = imap?.security === 'tls' ? 'ssl' : 'tls'
  return [
    'imapsync',
    `--host1 ${imap?.host ?? domain}`,
    `--port1 ${imap?.port ?? 993}`,
    `--${secure}1`,
    `--user1 name@${domain}`,
    '--host2 imap.new.example',
    '--ssl2',
    '--user2 name@new.example',
  ]
}
