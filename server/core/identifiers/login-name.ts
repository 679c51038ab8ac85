import { isText, trimPasted } from '../text-input.ts'
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

/**
 * Judges a name that somebody wants for a new mailbox.
 * @param options.serviceWords further reserved words, see `serviceWordsOf`.
 * @returns the name in lower case and the key that no two mailboxes may share.
 */
export function parseLoginName(
  raw: unknown,
  options: { serviceWords?: readonly string[] } = {},
): ParsedLoginName {
  if (!isText(raw)) return refused(raw === undefined || raw === null ? 'missing' : 'characters')
  const typed = trimPasted(raw)
  if (typed === '') return refused('missing')
  // Security: a letter of another script does not become a Latin one.
  // Lower case would make it so: K, the Kelvin sign, turns into k.
  if (!/^[A-Za-z0-9._-]+$/.test(typed)) return refused('characters')
  const login = typed.toLowerCase()
  if (login.length < LOGIN_MIN) return refused('too-short')
  if (login.length > LOGIN_MAX) return refused('too-long')
  if (!/^[a-z]/.test(login)) return refused('start')
  if (!/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/.test(login)) return refused('separators')
  if (isReserved(login, options.serviceWords ?? [])) return refused('reserved')
  return { kind: 'ok', login, lookAlikeKey: lookAlikeKey(login) }
}

/**
 * What two names have in common that a reader could take for each other: separators dropped, 0 as o, 1 and i as l.
 * @param login in lower case.
 */
export function lookAlikeKey(login: string): string {
  return login.replace(/[._-]/g, '').replaceAll('0', 'o').replace(/[1i]/g, 'l')
}

/**
 * Reads what a person types to be recognised: the name alone or the whole address. Reserved names pass, for staff may hold one.
 * @param mailDomains the portal's own, lower case.
 * @returns null for what no mailbox of ours can be called; `domain` is null where the name came alone.
 */
export function parseTypedLogin(
  raw: unknown,
  mailDomains: readonly string[],
): { login: string; domain: string | null } | null {
  if (!isText(raw)) return null
  const typed = trimPasted(raw)
  if (typed.length > 320 || !/^[A-Za-z0-9._@-]+$/.test(typed)) return null
  const [login = '', domain, ...more] = typed.toLowerCase().split('@')
  if (more.length > 0 || !/^[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*$/.test(login)) return null
  if (login.length < LOGIN_MIN || login.length > LOGIN_MAX) return null
  if (domain !== undefined && !mailDomains.includes(domain)) return null
  return { login, domain: domain ?? null }
}

function isReserved(login: string, serviceWords: readonly string[]): boolean {
  // Security: nobody gets a name that speaks for the service.
  // Not by a look-alike either, nor by numbering one or joining two.
  const own = new Set(serviceWords.map((word) => drawnKey(word.toLowerCase())))
  const isKept = (name: string) => RESERVED_KEYS.has(drawnKey(name)) || own.has(drawnKey(name))
  const bare = login.replace(/[0-9]+$/, '')
  // At the end of a long word a letter passes for a number: `postmasterl`.
  const long = /^(.{8,}?)[il]+$/.exec(bare)?.[1] ?? bare
  const parts = login.split(/[._-]/).filter((part) => !/^[0-9]+$/.test(part))
  return isKept(login) || isKept(bare) || isKept(long) || parts.every(isKept)
}

const DRAWN: Readonly<Record<string, string>> = { rn: 'm', vv: 'w', 3: 'e', 4: 'a', 5: 's', 7: 't' }

/** As `lookAlikeKey`, and what is drawn like a letter without being unique for it: `rn` as m, 4 as a. */
const drawnKey = (name: string) =>
  lookAlikeKey(name).replace(/rn|vv|[3457]/g, (sign) => DRAWN[sign] ?? sign)

const RESERVED_KEYS: ReadonlySet<string> = new Set([...RESERVED_WORDS].map(drawnKey))

function refused(reason: LoginNameRefusal): ParsedLoginName {
  return { kind: 'refused', reason }
}
