import type { MailServer } from '#server/core/mail-server.ts'
import { type MailServers, serversOf } from './mail-servers.ts'

export interface DnsEntry {
  /** The full name, with a dot at its end. */
  readonly name: string
  readonly type: 'CNAME' | 'MX' | 'SRV' | 'TXT'
  /** As in a zone file. The operator fills in the parts in `<…>`. */
  readonly value: string
  readonly purpose: string
}

/** In the order of the domains, which never changes. */
export function dnsEntries(description: MailServers): readonly DnsEntry[] {
  return description.domains.flatMap((domain) => [
    ...letterEntries(description, domain),
    ...serviceEntries(description, domain),
    ...setUpEntries(description, domain),
  ])
}

export function renderZone(entries: readonly DnsEntry[]): string {
  return entries
    .map(({ name, type, value, purpose }) => `; ${purpose}\n${name} IN ${type} ${value}\n`)
    .join('')
}

function letterEntries({ mxHost }: MailServers, domain: string): DnsEntry[] {
  return [
    entry(`${domain}.`, 'MX', `10 ${mxHost}.`, 'where other providers hand in letters'),
    entry(
      `${domain}.`,
      'TXT',
      '"v=spf1 mx -all"',
      'SPF: who may send; add your sending hosts if they are not the MX',
    ),
    entry(
      `<selector>._domainkey.${domain}.`,
      'TXT',
      '"v=DKIM1; k=rsa; p=<public key>"',
      'DKIM: the key of your signer',
    ),
    entry(
      `_dmarc.${domain}.`,
      'TXT',
      `"v=DMARC1; p=quarantine; rua=mailto:postmaster@${domain}"`,
      'DMARC: what others do with letters that fail both',
    ),
  ]
}

// RFC 6186, RFC 8314: the lowest wins. IMAP before POP3, TLS before STARTTLS.
const SERVICES = [
  { label: '_imaps', service: 'imap', security: 'tls', priority: 0 },
  { label: '_imap', service: 'imap', security: 'starttls', priority: 5 },
  { label: '_pop3s', service: 'pop3', security: 'tls', priority: 10 },
  { label: '_pop3', service: 'pop3', security: 'starttls', priority: 15 },
  { label: '_submissions', service: 'smtp', security: 'tls', priority: 0 },
  { label: '_submission', service: 'smtp', security: 'starttls', priority: 5 },
] as const

function serviceEntries(description: MailServers, domain: string): DnsEntry[] {
  return SERVICES.flatMap(({ label, service, security, priority }) => {
    const name = `${label}._tcp.${domain}.`
    const servers = serversOf(description, service).filter((server) => server.security === security)
    if (servers.length === 0) {
      const missing = `${label.slice(1)}${security === 'tls' ? '' : ' (STARTTLS)'}`
      // RFC 2782: the target "." says that the service is not offered, so programs stop guessing.
      return [entry(name, 'SRV', '0 0 0 .', `${missing} is not offered`)]
    }
    const target = (server: MailServer, place: number) =>
      `${priority + place} 1 ${server.port} ${server.host}.`
    return servers.map((server, place) =>
      entry(name, 'SRV', target(server, place), 'found by mail programs'),
    )
  })
}

function setUpEntries({ baseUrl }: MailServers, domain: string): DnsEntry[] {
  const { hostname, port } = new URL(baseUrl)
  return [
    entry(
      `autoconfig.${domain}.`,
      'CNAME',
      `${hostname}.`,
      'Thunderbird and kin; the certificate needs this name too',
    ),
    entry(
      `autodiscover.${domain}.`,
      'CNAME',
      `${hostname}.`,
      'Outlook; the certificate needs this name too',
    ),
    entry(
      `_autodiscover._tcp.${domain}.`,
      'SRV',
      `0 1 ${port || 443} ${hostname}.`,
      'Outlook, where the name above fails',
    ),
  ]
}

function entry(name: string, type: DnsEntry['type'], value: string, purpose: string): DnsEntry {
  return { name, type, value, purpose }
}
