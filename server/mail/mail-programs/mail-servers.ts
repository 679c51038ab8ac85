import { type MailServer, type MailService, parseMailServers } from '#server/core/mail-server.ts'

export interface MailServers {
  /** The main domain first. In ASCII (`xn--…`). */
  readonly domains: readonly string[]
  /** The name that mail programs show. */
  readonly name: string
  /** Without a slash at the end. */
  readonly baseUrl: string
  /** The best server of each service first. */
  readonly servers: readonly MailServer[]
  readonly mxHost: string
}

export function serversOf(description: MailServers, service: MailService): readonly MailServer[] {
  return description.servers.filter((server) => server.service === service)
}

export function bestServerOf(
  description: MailServers,
  service: MailService,
): MailServer | undefined {
  return serversOf(description, service)[0]
}

export interface MailServerSettings {
  readonly mailDomains: readonly string[]
  readonly baseUrl: string
  readonly mailServerImap?: string | undefined
  readonly mailServerPop3?: string | undefined
  readonly mailServerSmtp?: string | undefined
  readonly mailServerMx?: string | undefined
}

/** Without a setting, a host is `imap.`, `pop.`, `smtp.` or `mx.` and the domain. */
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

/** Broken settings were refused at the start. */
function read(service: MailService, setting: string): readonly MailServer[] {
  const parsed = parseMailServers(service, setting)
  if (parsed.kind === 'refused')
    throw new Error(`not a list of ${service} servers: ${parsed.reason}`)
  return parsed.servers
}
