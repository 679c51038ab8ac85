// Every setting of the portal: one row each. The environment variable is the key in capitals (`baseUrl` is BASE_URL).

import { abuseRows } from '#server/desk/settings.ts'
import { serviceAccount } from '#server/mail/mail-platform/google/service-account.ts'
import { mailHostRows } from '#server/mail/mail-platform/mail-host-settings.ts'
import { mailServiceRows } from '#server/mail/mail-platform/mail-service-settings.ts'
import { choice, domain, flag, list, mailServers, text, time, url, whole } from './setting-kinds.ts'
import { optional, type Row, required, row, secret } from './setting-row.ts'

export const rows = {
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
    'after SIGTERM /readyz says no for this long while visitors are served as before; then nobody new is let in',
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
    {
      ...required,
      ...secret,
    },
  ),
  databasePool: row(whole(2, 200), '12', 'connections that a process opens at most'),
  dataDir: row(text('a folder'), 'data', 'where development keeps its database and keys'),
  secretKeys: optional(
    list(text('at least 32 characters')),
    'keys for digests, seals and cookies, newest first',
    {
      ...required,
      ...secret,
    },
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
    'domains in which mailboxes are created, the first is the default',
    required,
  ),
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
  supportAddress: optional(
    text('an address'),
    'where people write for help; absent: postmaster@DOMAIN',
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
  brandName: row(text('a name'), 'Postern', 'name of the service in headers, titles and letters'),
  brandLogo: optional(text('a file'), 'an .svg or .png for the header and the browser’s tab'),
  themeCss: optional(
    text('a file'),
    'a style sheet that sets colours and type, see docs/theming.md',
  ),

  smtpUrl: optional(
    url('smtp:', 'smtps:'),
    'where mail leaves; absent in development: /dev/outbox',
    {
      ...required,
      ...secret,
    },
  ),
  mailFrom: row(
    text('an address'),
    'Postern <no-reply@postern.example>',
    'sender of every mail',
    required,
  ),
  twilioAccountSid: optional(
    text('AC…'),
    'Twilio account; absent in development: /dev/outbox',
    required,
  ),
  twilioAuthToken: optional(text(), 'token of the Twilio account', { ...required, ...secret }),
  twilioFrom: optional(
    text('a number or sender name'),
    'sender of SMS; or TWILIO_MESSAGING_SERVICE_SID',
  ),
  twilioMessagingServiceSid: optional(
    text('MG…'),
    'messaging service that chooses the sender; or TWILIO_FROM',
  ),
  twilioApiBase: optional(url('https:', 'http:'), 'a compatible endpoint in place of Twilio’s'),

  mailPlatform: row(
    choice('memory', 'dovecot', 'google', 'yandex-360', 'mailcow'),
    'dovecot',
    'the system that holds the mail; memory forgets everything and is for trials',
  ),
  doveadmUrl: optional(
    url('http:', 'https:'),
    'the doveadm HTTP API: makes running servers notice a change at once',
  ),
  doveadmApiKey: optional(text(), 'key of the doveadm HTTP API', secret),
  mailDirectoryUrl: optional(
    url('postgres:', 'postgresql:'),
    'database with the tables that Dovecot and Postfix read; absent: the portal’s',
    secret,
  ),
  ...mailHostRows,
  ...mailServiceRows,
  googleServiceAccount: optional(
    serviceAccount,
    'MAIL_PLATFORM=google: account with domain-wide delegation for admin.directory.user and …user.security',
    secret,
  ),
  googleAdministrator: optional(
    text('an address'),
    'administrator in whose name the service account acts',
  ),
  googleOrgUnit: row(text('a path'), '/', 'organisational unit in which new users are put'),
  googleApiBase: optional(url('https:', 'http:'), 'a compatible endpoint in place of Google’s'),
  yandexOrgId: optional(text('a number'), 'MAIL_PLATFORM=yandex-360: id of the organisation'),
  yandexToken: optional(
    text(),
    'OAuth token for directory:read_users, directory:write_users and ya360_security:domain_sessions_write',
    secret,
  ),
  yandexDepartment: row(
    whole(1),
    '1',
    'department in which new users are put; 1 is the whole organisation',
  ),
  yandexApiBase: row(
    url('https:', 'http:'),
    'https://api360.yandex.net',
    'host of Yandex 360’s API',
  ),
  yandexCloudApiBase: row(
    url('https:', 'http:'),
    'https://cloud-api.yandex.net',
    'host that finds users by address',
  ),
  mailcowUrl: optional(url('https:', 'http:'), 'MAIL_PLATFORM=mailcow: where its pages are'),
  mailcowApiKey: optional(text(), 'key of mailcow’s API that reads and writes', secret),

  argon2MemoryKib: row(whole(8), '19456', 'memory of one password hash in KiB (OWASP: 19456)'),
  argon2Passes: row(whole(1), '2', 'passes of one password hash (OWASP: 2)'),
  passwordMin: row(whole(8, 128), '12', 'shortest password, in characters'),
  securityQuestion: row(
    choice('direct', 'hold', 'off'),
    'direct',
    'what a right answer does: reset at once, reset after PROBATION_HOURS, nothing',
  ),

  smsCountries: row(
    list(text('an ISO 3166 country')),
    'BY,RU,UA,KZ,PL,LT,LV,EE,DE,AT,CH,LI,NL,BE,LU,FR,IT,ES,PT,GB,IE,DK,SE,NO,FI,IS,CZ,SK,HU,SI,HR,RO,BG,GR,CY,MT,MD,GE,AM,IL,TR,US,CA',
    'countries whose numbers get SMS; each further one is a way to run up costs',
  ),

  limitRegistrationsPerIpHour: row(whole(1), '10', 'mailboxes created from one network an hour'),
  limitRegistrationsPerWideNetworkHour: optional(
    whole(1),
    'the same from one /24 or /48; absent: ten times LIMIT_REGISTRATIONS_PER_IP_HOUR',
  ),
  limitSignInFailures: row(
    whole(1),
    '5',
    'wrong passwords before waits begin (1, 2, 4 … 15 minutes)',
  ),
  limitSignInFailuresPerNetworkHour: optional(
    whole(1),
    'wrong passwords by unknown browsers of one network (/32, /64) an hour, whatever the names; absent: twenty times LIMIT_SIGN_IN_FAILURES',
  ),
  limitCodeTries: row(whole(1), '5', 'tries that one code allows; sending again refills nothing'),
  limitWrongCodesPerDay: row(whole(1), '10', 'wrong codes per account and day over all flows'),
  limitSmsPerNumberDay: row(whole(1), '6', 'SMS to one number a day over all purposes'),
  limitSmsWaitSeconds: row(
    time('seconds'),
    '60',
    'wait before the second SMS to a number; then twice and five times as long',
  ),
  limitSmsTotalDay: row(
    whole(0),
    '2000',
    'SMS a day in all; at its end confirmed numbers are still served',
  ),
  limitResetMailsPerDay: row(whole(1), '10', 'reset mails per account and day'),
  limitAnswersPerDay: row(whole(1), '3', 'answers to the security question per account and day'),
  limitAnswersLifetime: row(whole(1), '10', 'wrong answers before the question is closed for good'),
  limitRecoveriesPerIpHour: row(
    whole(1),
    '3000',
    'recoveries begun and contacts typed from one network an hour; wide, for many share one',
  ),
  limitReportsPerIpHour: row(whole(1), '20', 'reports of senders from one network an hour'),
  codeMinutes: row(time('minutes'), '10', 'life of a code'),
  linkMinutes: row(time('minutes'), '60', 'life of a reset link'),
  undoDays: row(time('days'), '7', 'life of an undo link'),
  probationHours: row(
    time('hours'),
    '72',
    'how long a reset by question blocks changes of recovery methods',
  ),
  sessionIdleMinutes: row(
    time('minutes'),
    '60',
    'a session ends after this long without a request',
  ),
  sessionMaxHours: row(time('hours'), '12', 'a session ends after this long in any case'),
  staffIdleMinutes: row(
    time('minutes'),
    '15',
    'a staff page asks for the second factor again after this long without a request',
  ),
  ...abuseRows,
  quotaBytes: row(whole(1), '1073741824', 'size of a new mailbox'),
  quotaGrowth: row(
    choice('auto', 'request', 'off'),
    'auto',
    'a mailbox that fills grows by itself, when its owner asks, or never',
  ),
  quotaStepBytes: row(whole(1_048_576), '1073741824', 'how much it grows at a time'),
  quotaMaxBytes: row(whole(1), '10737418240', 'size beyond which no mailbox grows'),
  appPasswordsOnly: row(
    flag,
    'off',
    'on: mail programs need app passwords, the main password opens the portal alone',
  ),
} as const

type Rows = typeof rows
type Value<R> =
  R extends Row<infer T, infer Absent> ? (Absent extends string ? T : T | undefined) : never

/** All settings, parsed. Times are in the unit that the name says. */
export type RawSettings = { readonly [K in keyof Rows]: Value<Rows[K]> }

/** `limitSmsPerNumberDay` → `LIMIT_SMS_PER_NUMBER_DAY`. */
export const variableOf = (key: string): string =>
  key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
