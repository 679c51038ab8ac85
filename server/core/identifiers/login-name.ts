import { isText, trimPasted } from '../text-input.ts'
import { canonicalDomain } from './mail-domain.ts'
import { RESERVED_WORDS } from './reserved-names.ts'

export const LOGIN_MIN = 3
export const LOGIN_MAX = 30

export type LoginNameRefusal =
  | 'missing'
  | 'too-short'
  | 'too-long'
  | 'characters'
  | 'start'
  | 'separators'
  | 'reserved'
export type ParsedLoginName =
  | { kind: 'ok'; login: string; lookAlikeKey: string }
  | { kind: 'refused'; reason: LoginNameRefusal }

// No two mailboxes of a domain have the same `lookAlikeKey`.
/** @param options.serviceWords from `serviceWordsOf` */
export function parseLoginName(
  raw: unknown,
  options: { serviceWords?: readonly string[] } = {},
): ParsedLoginName {
  if (!isText(raw)) return refused(raw === undefined || raw === null ? 'missing' : 'characters')
  const typed = trimPasted(raw)
  if (typed === '') return refused('missing')
  // Security: A letter of another script does not become a Latin one.
  // toLowerCase alone would turn K, the Kelvin sign, into k.
  if (!/^[A-Za-z0-9._-]+$/.test(typed)) return refused('characters')
  const login = typed.toLowerCase()
  if (login.length < LOGIN_MIN) return refused('too-short')
  if (login.length > LOGIN_MAX) return refused('too-long')
  if (!/^[a-z]/.test(login)) return refused('start')
  if (!/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(login)) return refused('separators')
  if (isReserved(login, options.serviceWords ?? [])) return refused('reserved')
  return { kind: 'ok', login, lookAlikeKey: lookAlikeKey(login) }
}

/** Names that people could confuse have the same key. @param login in lower case */
export function lookAlikeKey(login: string): string {
  return login.replace(/[._-]/g, '').replaceAll('0', 'o').replace(/[1i]/g, 'l')
}

/** Reads a typed name or address. Reserved names pass: staff may have one. */
export function parseTypedLogin(
  raw: unknown,
  mailDomains: readonly string[],
): { login: string; domain: string | null } | null {
  const split = splitTypedAddress(raw)
  if (!split || !/^[A-Za-z0-9._-]+$/.test(split.local)) return null
  const login = split.local.toLowerCase()
  if (!/^[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*$/.test(login)) return null
  if (login.length < LOGIN_MIN || login.length > LOGIN_MAX) return null
  if (split.domain === undefined) return { login, domain: null }
  const domain = ownDomain(split.domain, mailDomains)
  return domain === undefined ? null : { login, domain }
}

/** Which of our domains a typed one is; an international one counts in both of its forms. */
export function ownDomain(typed: string, mailDomains: readonly string[]): string | undefined {
  const lower = typed.trim().toLowerCase()
  if (mailDomains.includes(lower)) return lower
  const canonical = canonicalDomain(lower)
  return mailDomains.find((each) => each === canonical)
}

/** Parts a typed name from its domain, if there is one. Null: no text, or too long a one. */
export function splitTypedAddress(raw: unknown): { local: string; domain?: string } | null {
  if (!isText(raw)) return null
  const typed = trimPasted(raw)
  if (typed.length > 320) return null
  const at = typed.lastIndexOf('@')
  return at < 0 ? { local: typed } : { local: typed.slice(0, at), domain: typed.slice(at + 1) }
}

function isReserved(login: string, serviceWords: readonly string[]): boolean {
  // Security: Nobody gets a name that speaks for the service.
  const own = new Set(serviceWords.map((word) => drawnKey(word.toLowerCase())))
  const isTaken = (name: string) => RESERVED_KEYS.has(drawnKey(name)) || own.has(drawnKey(name))
  const bare = login.replace(/[0-9]+$/, '')
  // `postmasterl` looks like `postmaster1`.
  const long = /^(.{8,}?)[il]+$/.exec(bare)?.[1] ?? bare
  const parts = login.split(/[._-]/).filter((part) => !/^[0-9]+$/.test(part))
  return isTaken(login) || isTaken(bare) || isTaken(long) || parts.every(isTaken)
}

const DRAWN: Readonly<Record<string, string>> = { rn: 'm', vv: 'w', 3: 'e', 4: 'a', 5: 's', 7: 't' }

/** Like `lookAlikeKey`, but `rn` also counts as m, and 4 as a. */
const drawnKey = (name: string) =>
  lookAlikeKey(name).replace(/rn|vv|[3457]/g, (sign) => DRAWN[sign] ?? sign)

const RESERVED_KEYS: ReadonlySet<string> = new Set([...RESERVED_WORDS].map(drawnKey))

function refused(reason: LoginNameRefusal): ParsedLoginName {
  return { kind: 'refused', reason }
}
