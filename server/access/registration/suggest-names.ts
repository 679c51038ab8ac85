import { randomInt } from 'node:crypto'
import type { Db } from '#db/connection.ts'
import { findClaimed } from '#server/accounts/claims/store.ts'
import { LOGIN_MAX, parseLoginName } from '#server/core/identifiers/login-name.ts'
import { addressOf } from '#server/core/identifiers/names.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'

export interface SuggestionParts {
  readonly db: Db
  readonly keyring: Keyring
  readonly serviceWords: readonly string[]
}

/** As many as fit on one line of a phone. */
const SHOWN = 3
const LOOKED_UP = 24

/**
 * Free names near a taken one, in one query. None of them looks like a taken name.
 * @param wish the taken name and its domain, both canonical
 */
export async function suggestNames(
  { db, keyring, serviceWords }: SuggestionParts,
  wish: { readonly login: string; readonly domain: string },
): Promise<string[]> {
  const byKey = new Map<string, string>()
  for (const name of namesNear(wish.login)) {
    const parsed = parseLoginName(name, { serviceWords })
    // Of two names that look alike only the first is offered.
    if (parsed.kind === 'ok' && !byKey.has(parsed.lookAlikeKey))
      byKey.set(parsed.lookAlikeKey, parsed.login)
    if (byKey.size === LOOKED_UP) break
  }
  const addressOfKey = (key: string) => addressOf(key, wish.domain)
  const wanted = [...byKey.keys()].map(addressOfKey)
  const taken = await findClaimed(db, keyring, 'login-look-alike', wanted)
  return [...byKey]
    .filter(([key]) => !taken.has(addressOfKey(key)))
    .map(([, name]) => name)
    .slice(0, SHOWN)
}

/** Without 0 and 1, which look like letters. */
const number = (digits: number) => Array.from({ length: digits }, () => randomInt(2, 10)).join('')

/** The same words in another order or shortened, then with a word or a number. */
function* namesNear(login: string): Generator<string> {
  const words = login.split(/[._-]/).filter((word) => /^[a-z]/.test(word))
  const [first = '', ...others] = words
  const last = others.at(-1)
  if (last !== undefined) {
    yield `${last}.${first}`
    yield `${first[0]}.${last}`
    yield `${first}.${last[0]}`
    yield `${last}.${first[0]}`
  }
  const stem =
    words
      .join('.')
      .slice(0, LOGIN_MAX - 5)
      .replace(/\.$/, '') || 'box'
  for (const beside of ['my', 'box', 'home', 'post']) {
    yield `${stem}.${beside}`
    yield `${beside}.${stem}`
  }
  for (const digits of [2, 2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 4]) yield `${stem}.${number(digits)}`
}
