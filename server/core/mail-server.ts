/** What a mail program speaks to fetch letters (IMAP, POP3) and to send them (SMTP submission). */
export type MailService = 'imap' | 'pop3' | 'smtp'

/** One door of the mail platform. `tls`: encrypted from the first byte; `starttls`: upgraded by a command, never optional. */
export interface MailServer {
  readonly service: MailService
  readonly host: string
  readonly port: number
  readonly security: 'tls' | 'starttls'
}

export type ParsedMailServers =
  | { readonly kind: 'ok'; readonly servers: readonly MailServer[] }
  | { readonly kind: 'refused'; readonly reason: 'empty' | 'scheme' | 'host' | 'port' }

const SCHEMES: Record<string, Pick<MailServer, 'service' | 'port' | 'security'>> = {
  imaps: { service: 'imap', port: 993, security: 'tls' },
  imap: { service: 'imap', port: 143, security: 'starttls' },
  pop3s: { service: 'pop3', port: 995, security: 'tls' },
  pop3: { service: 'pop3', port: 110, security: 'starttls' },
  smtps: { service: 'smtp', port: 465, security: 'tls' },
  smtp: { service: 'smtp', port: 587, security: 'starttls' },
}

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const ENTRY = /^([a-z0-9]+):\/\/([^/:]+)(?::([0-9]{1,5}))?\/?$/
const HOST = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`)

/**
 * Reads a setting such as `imaps://imap.example.by, imap://imap.example.by:143`: where a service is offered, best first.
 * `off` means that the service is not offered at all. Ports default to those of RFC 8314 and RFC 6409.
 */
export function parseMailServers(service: MailService, raw: string): ParsedMailServers {
  const entries = raw
    .toLowerCase()
    .split(',')
    .map((entry) => entry.trim())
  if (entries.length === 1 && entries[0] === 'off') return { kind: 'ok', servers: [] }
  const servers: MailServer[] = []
  for (const entry of entries) {
    if (entry === '') return { kind: 'refused', reason: 'empty' }
    const [, scheme = '', host = '', port] = ENTRY.exec(entry) ?? []
    const meaning = Object.hasOwn(SCHEMES, scheme) ? SCHEMES[scheme] : undefined
    if (meaning?.service !== service) return { kind: 'refused', reason: 'scheme' }
    if (!HOST.test(host)) return { kind: 'refused', reason: 'host' }
    const number = port === undefined ? meaning.port : Number(port)
    if (number < 1 || number > 65535) return { kind: 'refused', reason: 'port' }
    servers.push({ ...meaning, host, port: number })
  }
  return { kind: 'ok', servers }
}
