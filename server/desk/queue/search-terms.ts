// The terms by which a reported letter is found, each in one spelling.
import { isIP } from 'node:net'
import { canonicalDomain, writeDomain } from '#server/core/identifiers/mail-domain.ts'
import { addressOf, domainOf, loginOf } from '#server/core/identifiers/names.ts'
import { addressPartTerms, hashTerms, partsOfAddress, partsOfHash } from './part-terms.ts'

export const searchFields = [
  'any',
  'address',
  'message-id',
  'ip',
  'subject',
  'link-host',
  'attachment',
  'hash',
] as const
export type SearchField = (typeof searchFields)[number]
export const isSearchField = (value: unknown): value is SearchField =>
  searchFields.some((field) => field === value)

type TermKind = Exclude<SearchField, 'any'>

const term = (kind: TermKind, value: string) => `${kind}:${value}`
const lower = (text: string) => text.normalize('NFKC').trim().toLowerCase()

/** A word is also found by its first 3 to 10 letters. */
const prefixes = { from: 3, to: 10 }
const mostWords = 20

export interface Findable {
  /** Found also by a part. */
  readonly addresses: readonly string[]
  /** Found as a whole alone: nobody shall guess who has reported. */
  readonly reporter?: string | null
  readonly messageIds: readonly string[]
  readonly ips: readonly string[]
  readonly subject: string
  readonly linkHosts: readonly string[]
  /** Names of files. */
  readonly attachments?: readonly string[]
  /** SHA-256 in hexadecimal digits, of the letter and of its files. */
  readonly hashes?: readonly string[]
}

export const wordsOf = (text: string): string[] =>
  [...new Set(lower(text).split(/[^\p{L}\p{N}]+/u))]
    .filter((word) => word.length > 1)
    .slice(0, mostWords)

/** An IPv6 address has many spellings: take the one that URLs have. */
const ipOf = (text: string) =>
  isIP(text) === 6 ? new URL(`http://[${text.replace(/%.*$/, '')}]`).hostname : text

const messageIdOf = (text: string) => lower(text).replace(/^<|>$/g, '').slice(0, 500)

/** An international domain is found in both of its forms. */
function formsOf(address: string): string[] {
  const text = lower(address)
  const domain = canonicalDomain(domainOf(text))
  if (!domain || !text.includes('@')) return [text]
  const name = loginOf(text)
  return [...new Set([text, addressOf(name, domain), addressOf(name, writeDomain(domain))])]
}

/** `a.b.example` is found by `b.example` too. */
function hostAndParents(host: string): string[] {
  const labels = lower(host).replace(/\.$/, '').split('.')
  return labels.slice(0, -1).map((_label, at) => labels.slice(at).join('.'))
}

type WordKind = 'subject' | 'attachment'

const beginningTerm = (kind: WordKind, beginning: string) => `${kind}-beginning:${beginning}`

/** Words, and their beginnings. */
const wordTerms = (kind: WordKind, text: string): string[] =>
  wordsOf(text).flatMap((word) => {
    const beginnings = Array.from({ length: prefixes.to - prefixes.from + 1 }, (_, n) =>
      word.slice(0, prefixes.from + n),
    )
    return [
      term(kind, word),
      ...beginnings
        .filter((each) => each.length < word.length)
        .map((each) => beginningTerm(kind, each)),
    ]
  })

const mostTerms = 1000

export function termsOf(findable: Findable): string[] {
  const { addresses, messageIds, ips, subject, linkHosts } = findable
  const { reporter = null, attachments = [], hashes = [] } = findable
  const whole = reporter === null ? addresses : [...addresses, reporter]
  return [
    ...whole.flatMap(formsOf).map((each) => term('address', each)),
    ...messageIds.map((each) => term('message-id', messageIdOf(each))),
    ...ips.map((each) => term('ip', ipOf(lower(each)))),
    ...hashes.slice(0, 20).flatMap(hashTerms),
    ...linkHosts
      .slice(0, 50)
      .flatMap(hostAndParents)
      .map((each) => term('link-host', each)),
    ...wordTerms('subject', subject),
    ...attachments.slice(0, 20).flatMap((name) => wordTerms('attachment', name)),
    ...new Set(addresses.flatMap(formsOf).flatMap(addressPartTerms)),
  ].slice(0, mostTerms)
}

/** All of these terms must be there. `word*` finds words that begin so. */
function typedWordTerms(kind: WordKind, text: string): string[] {
  return lower(text)
    .split(/\s+/)
    .flatMap((piece) => {
      const open = piece.endsWith('*')
      return wordsOf(piece).map((word, at, all) => {
        const last = at === all.length - 1
        return open && last && word.length >= prefixes.from
          ? beginningTerm(kind, word.slice(0, prefixes.to))
          : term(kind, word)
      })
    })
    .slice(0, mostWords)
}

function addressWays(text: string): string[][] {
  const bare = text.replace(/^.*<|>.*$/g, '')
  return [text.includes('@') ? [term('address', bare)] : [], ...partsOfAddress(bare)]
}

/** Lists of terms. A report is found if it has all terms of one list. */
export function parseSearch(field: SearchField, typed: string): string[][] {
  const text = lower(typed).slice(0, 500)
  if (text === '') return []
  const bare = text
    .replace(/^[a-z]+:\/\//, '')
    .replace(/[/?#].*$/, '')
    .replaceAll('[.]', '.')
  const isHost = /^[^\s@]+\.[^\s@]+$/.test(bare) && !isIP(bare)
  const ways: Record<TermKind, string[][]> = {
    address: addressWays(text),
    'message-id': [[term('message-id', messageIdOf(text))]],
    ip: isIP(text) ? [[term('ip', ipOf(text))]] : [],
    subject: [typedWordTerms('subject', text)],
    'link-host': isHost ? [[term('link-host', bare)]] : [],
    attachment: [typedWordTerms('attachment', text)],
    hash: [partsOfHash(text)],
  }
  const asked = field === 'any' ? Object.values(ways).flat() : ways[field]
  return asked.filter((terms) => terms.length > 0)
}
