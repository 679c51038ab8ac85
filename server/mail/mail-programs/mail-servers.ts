// The one description of the mail servers. Every answer to a mail program, every page and every DNS entry is drawn from it.
import { type MailServer, type MailService, parseMailServers } from '#server/core/mail-server.ts'

export interface MailServers {
  /** Domains of the mailboxes, the main one first, as A-labels. */
  readonly domains: readonly string[]
  /** The service's name as shown in mail programs. */
  readonly name: string
  /** Where the portal answers, without a slash at the end. */
  readonly baseUrl: string
  /** Every offered door, the best of each service first. */
  readonly servers: readonly MailServer[]
  /** Where letters from other providers are handed in (MX), for the DNS entries only. */
  readonly mxHost: string
}

/** The doors of one service, best first; empty where it is not offered. */
export function serversOf(description: MailServers, service: MailService): readonly MailServer[] {
  return description.servers.filter((server) => server.service === service)
}

/** The door that a program should be given when it can be given only one. */
export function bestServerOf(
  description: MailServers,
  service: MailService,
): MailServer | undefined {
  return serversOf(description, service)[0]
}

/** The part of the settings that describes the servers. */
export interface MailServerSettings {
  readonly mailDomains: readonly string[]
  readonly baseUrl: string
  readonly mailServerImap?: string | undefined
  readonly mailServerPop3?: string | undefined
  readonly mailServerSmtp?: string | undefined
  readonly mailServerMx?: string | undefined
}

/** Names that people would guess under the main domain stand in for settings that are absent. */
export function describeMailServers(settings: MailServerSettings, name: string): MailServers {
  const main = settings.mailDomains[0] ?? 'localhost'
  return {
    domains: settings.mailDomains,
    name,
    baseUrl: settings.baseUrl,
    servers: [
      ...read('imap', settings.mailServerImap ?? `imaps://imap.${main}`),
      ...read('pop3', settings.mailServerPop3 ?? `pop3s://pop.${main}`),
      ...read('smtp', settings.mailServerSmtp ?? `smtps://smtp.${main}, smtp://smtp.${main}`),
    ],
    mxHost: settings.mailServerMx ?? `mx.${main}`,
  }
}

/** The settings were judged when they were read. */
function read(service: MailService, setting: string): readonly MailServer[] {
  const parsed = parseMailServers(service, setting)
  if (parsed.kind === 'refused')
    throw new Error(`not a list of ${service} servers: ${parsed.reason}`)
  return parsed.servers
}
