// The account id is a tag, which can be set when a mailbox is made.
// All else that the portal notes are custom attributes, which cannot.
import type { Suspension } from '#server/accounts/life/account-life.ts'
import { newToken } from '#server/core/keys/secrets.ts'
import { inDovecotOrder } from '../argon2id.ts'
import type { ObservedMailbox, WantedMailbox } from '../mail-platform.ts'
import { PlatformError } from '../mail-platform.ts'

const mebibyte = 1_048_576

export interface MailcowMailbox {
  readonly username: string
  /** 1: on, 0: off, 2: only receives. mailcow sometimes writes numbers as text. */
  readonly active: number | string
  /** Read in bytes, but written in MiB. */
  readonly quota: number | string
  readonly quota_used?: number | string
  readonly attributes?: Readonly<Record<string, unknown>> | readonly []
  readonly custom_attributes?: Readonly<Record<string, unknown>> | readonly [] | null
  readonly tags?: readonly string[]
}

export interface Mark {
  readonly accountId: string
  readonly revision: number
  readonly level: Suspension
  readonly appPasswordsRevision: number
  /** The first day of the quarantine, `YYYY-MM-DD`. */
  readonly removedOn?: string
}

const prefix = 'postern:'
const own = {
  revision: 'postern-revision',
  level: 'postern-suspension',
  appPasswords: 'postern-app-passwords-revision',
  removedOn: 'postern-removed-on',
} as const

export const tagOf = (accountId: string): string => `${prefix}${accountId}`

export function markOf(mailbox: MailcowMailbox): Mark | undefined {
  const accountId = mailbox.tags?.find((tag) => tag.startsWith(prefix))?.slice(prefix.length)
  if (!accountId) return undefined
  const kept = customOf(mailbox)
  const mark = {
    accountId,
    revision: Number(kept[own.revision] ?? 0),
    level: (kept[own.level] ?? 'none') as Suspension,
    appPasswordsRevision: Number(kept[own.appPasswords] ?? 0),
  }
  const removedOn = kept[own.removedOn]
  return removedOn ? { ...mark, removedOn: String(removedOn) } : mark
}

/** mailcow replaces all of them, so those of other programs are sent again. */
export function customAttributes(mark: Omit<Mark, 'accountId'>, present?: MailcowMailbox) {
  const others = Object.entries(present ? customOf(present) : {}).filter(
    ([name]) => !name.startsWith('postern-'),
  )
  const ours: [string, unknown][] = [
    [own.revision, mark.revision],
    [own.level, mark.level],
    [own.appPasswords, mark.appPasswordsRevision],
    ...(mark.removedOn ? [[own.removedOn, mark.removedOn] as [string, unknown]] : []),
  ]
  const all = [...others, ...ours]
  return { attribute: all.map(([name]) => name), value: all.map(([, value]) => String(value)) }
}

const activeOf = { none: true, send: 2, login: 2, all: false } as const

export function stateOf(wanted: WantedMailbox) {
  const opens = wanted.mainPasswordOpensMail
  return {
    // App passwords and webmail could send, so `send` closes as much as `login`.
    active: activeOf[wanted.suspension],
    quota: Math.max(1, Math.ceil(wanted.quotaBytes / mebibyte)),
    protocol_access: opens ? ['imap', 'pop3', 'smtp', 'sieve'] : [],
    // SOGo is mailcow's webmail, which the main password opens.
    sogo_access: opens,
  }
}

export function newMailbox(wanted: WantedMailbox) {
  const [local_part, domain] = wanted.address.split('@')
  return {
    local_part,
    domain,
    name: local_part,
    authsource: 'mailcow',
    force_pw_update: false,
    tags: [tagOf(wanted.accountId)],
    ...stateOf(wanted),
    // mailcow may ask for both cases, a digit and a sign.
    ...(wanted.password === null ? twice(`Aa1-${newToken()}`) : passwordOf(wanted.password)),
  }
}

const argon2id = /^\$argon2id\$v=19\$m=\d+,t=\d+,p=\d+\$[A-Za-z0-9+/_-]+\$[A-Za-z0-9+/_-]+$/

export function passwordOf(verifier: string) {
  const ordered = inDovecotOrder(verifier)
  // Security: Only a verifier is sent, since anything else would itself become the password.
  if (!argon2id.test(ordered))
    throw new PlatformError('permanent', 'the password is no argon2id verifier')
  return twice(`{ARGON2ID}${ordered}`)
}

const twice = (password: string) => ({ password, password2: password })

export function observedOf(mailbox: MailcowMailbox, aliases: readonly string[]): ObservedMailbox {
  const mark = markOf(mailbox)
  const attributes = Object(mailbox.attributes) as Record<string, unknown>
  const opens = ['imap_access', 'pop3_access', 'smtp_access'].some(
    (name) => Number(attributes[name] ?? 1) === 1,
  )
  return {
    address: mailbox.username,
    ...(mark ? { accountId: mark.accountId, revision: mark.revision } : {}),
    suspension: suspensionOf(Number(mailbox.active), mark?.level),
    quotaBytes: Number(mailbox.quota),
    usedBytes: Number(mailbox.quota_used ?? 0),
    mainPasswordOpensMail: opens,
    aliases,
  }
}

function suspensionOf(active: number, wanted: Suspension = 'login'): Suspension {
  if (active === 1) return 'none'
  if (active === 0) return 'all'
  return wanted === 'send' ? 'send' : 'login'
}

function customOf(mailbox: MailcowMailbox): Record<string, unknown> {
  return Object(mailbox.custom_attributes ?? {}) as Record<string, unknown>
}
