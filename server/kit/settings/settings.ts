import { parsePhoneCountry } from '#server/core/identifiers/phone-country.ts'
import { choice, domain, flag, list, text, time, url, whole } from './setting-kinds.ts'
import { optional, required, row, type SettingsOf, secret } from './setting-row.ts'

export const kitRows = {
  portalEnv: row(
    choice('development', 'production'),
    'development',
    'development mounts /dev and starts an own database',
  ),
  role: row(
    choice('all', 'web', 'worker'),
    'all',
    'what this process does: answer pages, run jobs, or both',
  ),
  host: row(
    text('a host name or address'),
    '127.0.0.1',
    'the address that the web server listens on',
  ),
  port: row(whole(0, 65535), '3000', 'the port that the web server listens on; 0 takes a free one'),
  drainSeconds: row(
    time('seconds'),
    '2',
    'after SIGTERM /readyz says no for this long while visitors are served as before; ' +
      'then nobody new is let in',
  ),
  metricsHost: row(
    text('an address'),
    '127.0.0.1',
    'where metrics are listened for; never a public address',
  ),
  metricsPort: optional(
    whole(0, 65535),
    'port of a listener of its own for Prometheus metrics; absent: none',
  ),
  baseUrl: optional(
    url('https:', 'http:'),
    'the address that people see; every link is built from it',
    required,
  ),
  trustedProxies: row(
    list(text('an address, a CIDR range or loopback')),
    'loopback',
    'proxies whose X-Forwarded-For is believed',
  ),
  databaseUrl: optional(
    url('postgres:', 'postgresql:'),
    'the PostgreSQL; absent in development: an embedded one under DATA_DIR',
    { ...required, ...secret },
  ),
  databasePool: row(whole(2, 200), '12', 'connections that a process opens at most'),
  dataDir: row(text('a folder'), 'data', 'where development keeps its database and keys'),
  secretKeys: optional(
    list(text('at least 32 characters')),
    'keys for digests, seals and cookies, newest first',
    { ...required, ...secret },
  ),
  cacheViews: row(
    flag,
    'on',
    'off: an edited view shows at the next request (production always keeps them)',
  ),
  logLevel: row(
    choice('silent', 'error', 'warn', 'info', 'debug'),
    'info',
    'how much is written to the log',
  ),
  mailDomains: row(
    list(domain),
    'postern.example',
    'domains in which mailboxes are created, the first is the default; an international one ' +
      'as people write it or as its A-label',
    required,
  ),
  defaultLocale: row(
    choice('be', 'ru', 'en', 'de'),
    'en',
    'language where neither the person nor the browser says one',
  ),
  defaultCountry: row(
    text('an ISO 3166 country'),
    'BY',
    'country of phone numbers written without one',
  ),
  timeZone: row(text('an IANA time zone'), 'Europe/Minsk', 'zone in which moments are shown'),
  securityContact: optional(
    text('an address'),
    'where weaknesses are reported (security.txt); absent: security@ the first domain',
  ),
  alertMail: optional(
    text('an address'),
    'where the portal writes when a limit of the whole service is reached; absent: nowhere',
  ),
  placeDatabase: optional(
    text('a file'),
    'a MaxMind database (.mmdb) that turns an address into a rough place',
  ),
  supportAddress: optional(
    text('an address'),
    'where people write for help; absent: postmaster@DOMAIN',
  ),
  brandName: row(text('a name'), 'Postern', 'name of the service in headers, titles and letters'),
  brandLogo: optional(text('a file'), 'an .svg or .png for the header and the browser’s tab'),
  themeCss: optional(
    text('a file'),
    'a style sheet that sets colours and type, see docs/theming.md',
  ),
} as const

/** `baseUrl` is never absent: without BASE_URL development takes localhost. */
export type KitSettings = SettingsOf<typeof kitRows> & { readonly baseUrl: string }

// A short, repetitive or copied key protects nothing.
const isWeakKey = (key: string) =>
  key.length < 32 || new Set(key).size < 12 || /change.?me|example|secret.?key/i.test(key)

const isTimeZone = (name: string) =>
  name === 'UTC' || Intl.supportedValuesOf('timeZone').includes(name)

export function kitFaults(settings: Partial<KitSettings>, isProduction: boolean): string[] {
  const { baseUrl, secretKeys = [], defaultCountry, timeZone } = settings
  const faults: string[] = []
  if (isProduction && baseUrl && !baseUrl.startsWith('https:'))
    faults.push('BASE_URL must be https in production')
  if (secretKeys.some(isWeakKey))
    faults.push('SECRET_KEYS holds a weak key: each needs 32 or more random characters')
  if (defaultCountry && !parsePhoneCountry(defaultCountry))
    faults.push(`DEFAULT_COUNTRY ${defaultCountry} is not a country`)
  if (timeZone && !isTimeZone(timeZone)) faults.push(`TIME_ZONE ${timeZone} is not a time zone`)
  return faults
}
