// The terms by which a reported letter is found, each in one spelling.
import { isIP } from 'node:net'
import { canonicalDomain, writeDomain } from '#server/core/identifiers/mail-domain.ts'
import { addressOf, domainOf, loginOf } from '#server/core/identifiers/names.ts'

export const searchFields = ['any', 'address', 'message-id', 'ip', 'subject', 'link-host'] as const
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
  readonly addresses: readonly string[]
  readonly messageIds: readonly string[]
  readonly ips: readonly string[]
  readonly subject: string
  readonly linkHosts: readonly string[]
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
function addressTerms(address: string): string[] {
  const text = lower(address)
  const domain = canonicalDomain(domainOf(text))
  if (!domain || !text.includes('@')) return [term('address', text)]
  const name = loginOf(text)
  const forms = [text, addressOf(name, domain), addressOf(name, writeDomain(domain))]
  return [...new Set(forms)].map((each) => term('address', each))
}

/** `a.b.example` is found by `b.example` too. */
function hostAndParents(host: string): string[] {
  const labels = lower(host).replace(/\.$/, '').split('.')
  return labels.slice(0, -1).map((_label, at) => labels.slice(at).join('.'))
}

export function termsOf(findable: Findable): string[] {
  const words = wordsOf(findable.subject).flatMap((word) => {
    const beginnings = Array.from({ length: prefixes.to - prefixes.from + 1 }, (_, n) =>
      word.slice(0, prefixes.from + n),
    )
    return [
      term('subject', word),
      ...beginnings.filter((each) => each.length < word.length).map(beginningTerm),
    ]
  })
  return [
    ...findable.addresses.flatMap(addressTerms),
    ...findable.messageIds.map((each) => term('message-id', messageIdOf(each))),
    ...findable.ips.map((each) => term('ip', ipOf(lower(each)))),
    ...findable.linkHosts
      .slice(0, 50)
      .flatMap(hostAndParents)
      .map((each) => term('link-host', each)),
    ...words,
  ].slice(0, 500)
}

const beginningTerm = (beginning: string) => `subject-beginning:${beginning}`

/** A subject must have all of these terms. `word*` finds words that begin so. */
function subjectTerms(text: string): string[] {
  return lower(text)
    .split(/\s+/)
    .flatMap((piece) => {
      const open = piece.endsWith('*')
      return wordsOf(piece).map((word, at, all) => {
        const last = at === all.length - 1
        return open && last && word.length >= prefixes.from
          ? beginningTerm(word.slice(0, prefixes.to))
          : term('subject', word)
      })
    })
    .slice(0, mostWords)
}

/** Lists of terms. A report is found if it has all terms of one list. */
export function parseSearch(field: SearchField, typed: string): string[][] {
  const text = lower(typed).slice(0, 500)
  if (text === '') return []
  const bare = text
    .replace(/^[a-z]+:\/\//, '')
    .replace(/[/?#].*$/, '')
    .replaceAll('[.]', '.')
  const ways: Record<TermKind, string[]> = {
    address: text.includes('@') ? [term('address', text.replace(/^.*<|>.*$/g, ''))] : [],
    'message-id': [term('message-id', messageIdOf(text))],
    ip: isIP(text) ? [term('ip', ipOf(text))] : [],
    subject: subjectTerms(text),
    'link-host': /^[^\s@]+\.[^\s@]+$/.test(bare) && !isIP(bare) ? [term('link-host', bare)] : [],
  }
  const asked = field === 'any' ? Object.values(ways) : [ways[field]]
  return asked.filter((terms) => terms.length > 0)
}
