export type MailService = 'imap' | 'pop3' | 'smtp'

export interface MailServer {
  readonly service: MailService
  readonly host: string
  readonly port: number
  /** Encrypted from the first byte (`tls`), or by a command that must succeed (`starttls`). */
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

/** Reads `imaps://a.example, imap://a.example:143`, or `off`. */
export function parseMailServers(service: MailService, raw: string): ParsedMailServers {
  const entries = raw
    .toLowerCase()
    .split(',')
    .map((entry) => entry.trim())
  if (entries.length === 1 && entries[0] === 'off') return { kind: 'ok', servers: [] }
  const servers: MailServer[] = []
  for (const entry of entries) {
    if (entry === '') return { kind: 'refused', reason: 'empty' }
    const [, scheme = '', host = '', typedPort] = ENTRY.exec(entry) ?? []
    const known = Object.hasOwn(SCHEMES, scheme) ? SCHEMES[scheme] : undefined
    if (known?.service !== service) return { kind: 'refused', reason: 'scheme' }
    if (!HOST.test(host)) return { kind: 'refused', reason: 'host' }
    const port = typedPort === undefined ? known.port : Number(typedPort)
    if (port < 1 || port > 65535) return { kind: 'refused', reason: 'port' }
    servers.push({ ...known, host, port })
  }
  return { kind: 'ok', servers }
}
