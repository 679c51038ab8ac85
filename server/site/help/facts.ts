// The numbers and names that help texts tell: taken from the settings, so that no page promises what is not so.
import type { Settings } from '#server/kit/settings/config.ts'
import { bestServerOf, type MailServers } from '#server/mail/mail-programs/mail-servers.ts'

export type HelpFacts = Readonly<Record<string, string | number>>

type ToldSettings = Pick<
  Settings,
  | 'abuseAddress'
  | 'abuseImapUrl'
  | 'abuseLmtpPort'
  | 'baseUrl'
  | 'codeMinutes'
  | 'linkMinutes'
  | 'mailDomains'
  | 'passwordMin'
  | 'probationHours'
  | 'sessionIdleMinutes'
  | 'sessionMaxHours'
  | 'supportAddress'
  | 'undoDays'
>

export function helpFacts(settings: ToldSettings, servers: MailServers): HelpFacts {
  const domain = settings.mailDomains[0] ?? ''
  const takesReports = settings.abuseImapUrl !== undefined || settings.abuseLmtpPort !== undefined
  return {
    codeMinutes: settings.codeMinutes,
    linkMinutes: settings.linkMinutes,
    probationHours: settings.probationHours,
    undoDays: settings.undoDays,
    idleMinutes: settings.sessionIdleMinutes,
    maxHours: settings.sessionMaxHours,
    passwordMin: settings.passwordMin,
    host: new URL(settings.baseUrl).host,
    domain,
    smtpHost: bestServerOf(servers, 'smtp')?.host ?? domain,
    // RFC 5321, 4.5.1: every domain that takes mail has a postmaster.
    supportAddress: settings.supportAddress ?? `postmaster@${domain}`,
    // Empty where the portal takes no reports by mail.
    abuseAddress: takesReports ? (settings.abuseAddress ?? `abuse@${domain}`) : '',
  }
}
