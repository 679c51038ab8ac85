// Writes the configuration of Dovecot 2.3 and Postfix 3.7.
import { readFileSync } from 'node:fs'
import ejs from 'ejs'
import {
  appPasswordGroupLength,
  appPasswordGroups,
  appPasswordLetters,
} from '../app-password-shape.ts'
import type { MailServerWords } from '../refusal-words.ts'
import { postfixMaps } from './postfix-maps.ts'
import type { UserNames } from './user-names.ts'

interface DatabaseRole {
  readonly role: string
  readonly password: string
}

export interface MailPlatformConfig {
  readonly folder: string
  /** Public name of the server, as in its certificate. */
  readonly hostname: string
  /** `*` or one IPv4 address for the public ports. */
  readonly listen: string
  /** Where Dovecot, Postfix and the portal reach each other; never public. */
  readonly internalAddress: string
  readonly ports: MailPorts
  readonly tls: { readonly certFile: string; readonly keyFile: string }
  readonly directory: {
    readonly host: string
    readonly port: number
    readonly database: string
    readonly dovecot: DatabaseRole
    readonly postfix: DatabaseRole
  }
  readonly mailUser: { readonly name: string; readonly group: string; readonly uid: number }
  readonly mailRoot: string
  readonly doveadm: { readonly apiKey: string }
  readonly dovecot: { readonly baseDir: string; readonly stateDir: string }
  readonly postfix: { readonly queueDir: string; readonly dataDir: string }
  /** Folder for log files; absent: syslog. */
  readonly logFolder?: string
  readonly messageSizeBytes: number
  /** Room above the quota for bounces, and for letters accepted earlier. */
  readonly deliveryGraceBytes: number
  readonly connectionsPerPerson: number
  /** Absent: each domain is written in ASCII. */
  readonly userNames?: UserNames | null
  readonly words: MailServerWords
  readonly authPolicy?: { readonly url: string; readonly token: string; readonly nonce: string }
  readonly sendingPolicy?: string
  readonly submissionMilter?: string
  /** `[host]:port` that takes outgoing letters; absent: the recipients' MX. */
  readonly relayHost?: string
}

export interface MailPorts {
  readonly imap: number
  readonly imaps: number
  readonly pop3: number
  readonly pop3s: number
  readonly sieve: number
  readonly smtp: number
  readonly submission: number
  readonly submissions: number
  readonly lmtp: number
  readonly sasl: number
  readonly quotaStatus: number
  readonly doveadm: number
  readonly filters: number
}

export const standardPorts: MailPorts = {
  imap: 143,
  imaps: 993,
  pop3: 110,
  pop3s: 995,
  sieve: 4190,
  smtp: 25,
  submission: 587,
  submissions: 465,
  lmtp: 1024,
  sasl: 1025,
  quotaStatus: 1026,
  doveadm: 1027,
  filters: 1028,
}

/** Spelled as the setting `doveadm_allowed_commands` wants them. */
const doveadmCommands = [
  ...['auth cache flush', 'kick', 'who', 'user', 'quota get', 'fs delete'],
  ...['activate', 'deactivate', 'delete', 'get', 'list', 'put'].map((verb) => `sieve ${verb}`),
]

const letter = `[${appPasswordLetters}]`
const group = `${letter}{${appPasswordGroupLength}}`
/** They stand inside variables of Dovecot (`%{if;…}`): no `;`, and each `{` with its `}`. */
const appPasswordShapes = {
  whole: `^${letter}{${appPasswordGroups * appPasswordGroupLength}}$`,
  grouped: `^(${group} ){${appPasswordGroups - 1}}${group}$`,
}

export interface ConfigFile {
  readonly path: string
  readonly text: string
  /** Files that only `root` or the group `postfix` may read hold passwords. */
  readonly readers: 'root' | 'postfix' | 'everybody'
}

/** Refuses what cannot stand between quotes in an SQL file of Dovecot. */
const quotable = (sentence: string): string => {
  if (/[^ -~]|['"\\%{}]/.test(sentence))
    throw new Error('an address of the portal cannot stand in a configuration file')
  return sentence
}

// Security: A value that configuration files would take apart is refused.
// A line break starts another setting, and a quote ends an SQL literal.
// A blank, #, $ or % has a meaning in one of the files.
const plainValue = (value: unknown): string => {
  const text = String(value)
  if (!/[\p{Cc}\s'"\\$#%{}]/u.test(text)) return text
  throw new Error(
    'a setting of the mail platform holds a blank, a quote or another character ' +
      'that configuration files take apart',
  )
}

const dovecotFiles = [
  'dovecot.conf',
  'main-passwords.conf.ext',
  'app-passwords.conf.ext',
  'access-tokens.conf.ext',
  'smtp-refusals.conf.ext',
  'blocked-senders.conf.ext',
  'smtp-logins.conf.ext',
  'users.conf.ext',
]
const postfixFiles = ['main.cf', 'master.cf', 'submission-headers']

const template = (name: string) => {
  const url = new URL(`./templates/${name}.ejs`, import.meta.url)
  return ejs.compile(readFileSync(url, 'utf8'), { escape: plainValue })
}

/** @throws Error for a value that cannot stand in a configuration file */
export function renderMailPlatformConfig(config: MailPlatformConfig): ConfigFile[] {
  const optional = {
    userNames: null,
    authPolicy: null,
    sendingPolicy: null,
    submissionMilter: null,
    relayHost: null,
    logFolder: null,
  }
  const locals = {
    ...optional,
    ...config,
    doveadm: { ...config.doveadm, commands: doveadmCommands },
    shapes: appPasswordShapes,
    words: {
      refused: quotable(config.words.refused),
      mayNotSend: quotable(config.words.mayNotSend),
      full: quotable(config.words.full),
    },
  }
  const map = template('map.cf')
  return [
    ...dovecotFiles.map((name) => ({
      path: `dovecot/${name}`,
      text: template(name)(locals),
      readers: 'root' as const,
    })),
    ...postfixFiles.map((name) => ({
      path: `postfix/${name}`,
      text: template(name)(locals),
      readers: 'everybody' as const,
    })),
    ...Object.entries(postfixMaps(locals.words)).map(([name, query]) => ({
      path: `postfix/sql/${name}.cf`,
      text: map({ ...locals, query }),
      readers: 'postfix' as const,
    })),
  ]
}
