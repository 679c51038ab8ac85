// Backup addresses: all spellings of one mailbox have one canonical form.
import { isText, trimPasted } from '../text-input.ts'
import { canonicalDomain } from './mail-domain.ts'

export type EmailAddressRefusal = 'missing' | 'shape' | 'characters' | 'too-long' | 'own-domain'
export type ParsedEmailAddress =
  /** `address` is where mail is sent; `canonical` is only compared. */
  | { kind: 'ok'; address: string; canonical: string }
  | { kind: 'refused'; reason: EmailAddressRefusal }

// The dot-atom of RFC 5322.
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/

// Spellings are joined only where the provider says that one person owns them all.
const PROVIDERS: { domains: string[]; same(local: string): string }[] = [
  { domains: ['gmail.com', 'googlemail.com'], same: (local) => local.replaceAll('.', '') },
  {
    domains: ['proton.me', 'protonmail.com', 'protonmail.ch', 'pm.me'],
    same: (local) => local.replace(/[._-]/g, ''),
  },
  { domains: ['icloud.com', 'me.com', 'mac.com'], same: (local) => local },
  {
    domains: ['yandex.ru', 'yandex.by', 'yandex.com', 'yandex.kz', 'yandex.ua', 'ya.ru'],
    same: (local) => local.replaceAll('-', '.'),
  },
]

/** @param options.ownDomains the portal's mail domains, which no backup address may have */
export function parseEmailAddress(
  raw: unknown,
  options: { ownDomains: readonly string[] },
): ParsedEmailAddress {
  if (raw === undefined || raw === null) return refused('missing')
  if (!isText(raw)) return refused('shape')
  if (raw.length > 1000) return refused('too-long')
  // NFKC: some input methods type full-width letters.
  const typed = trimPasted(raw.normalize('NFKC'))
  if (typed === '') return refused('missing')
  const at = typed.lastIndexOf('@')
  const local = typed.slice(0, at)
  if (at < 1 || typed.indexOf('@') !== at) return refused('shape')
  // Few mail servers accept letters beyond ASCII yet (RFC 6531).
  if (/[^\0-\x7f]/.test(local)) return refused('characters')
  const domain = canonicalDomain(typed.slice(at + 1))
  if (domain === null || !LOCAL.test(local)) return refused('shape')
  // The longest address of RFC 5321, 4.5.3.1, with erratum 1690.
  if (local.length > 64 || local.length + 1 + domain.length > 254) return refused('too-long')
  if (isOwn(domain, options.ownDomains)) return refused('own-domain')
  const canonical = canonicalAddress(local, domain)
  return canonical === null
    ? refused('shape')
    : { kind: 'ok', address: `${local}@${domain}`, canonical }
}

export function maskEmailAddress(address: string): string {
  const at = address.lastIndexOf('@')
  // Security: A masked address does not tell its length.
  return `${at > 1 ? address[0] : ''}•••••${address.slice(at)}`
}

function canonicalAddress(local: string, domain: string): string | null {
  // RFC 5321 lets a server tell B@ from b@, but no server that people use does.
  const base = local.toLowerCase().replace(/\+.*$/, '')
  const provider = PROVIDERS.find(({ domains }) => domains.includes(domain))
  const same = provider?.same(base) ?? base
  return LOCAL.test(same) ? `${same}@${provider?.domains[0] ?? domain}` : null
}

function isOwn(domain: string, ownDomains: readonly string[]): boolean {
  return ownDomains.some((own) => {
    const canonical = canonicalDomain(own) ?? own.toLowerCase()
    return domain === canonical || domain.endsWith(`.${canonical}`)
  })
}

function refused(reason: EmailAddressRefusal): ParsedEmailAddress {
  return { kind: 'refused', reason }
}
