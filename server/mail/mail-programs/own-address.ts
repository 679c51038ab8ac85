import { ownDomain } from '#server/core/identifiers/login-name.ts'

export type OwnAddress =
  | {
      readonly kind: 'ok'
      readonly address: string
      readonly local: string
      readonly domain: string
    }
  | { readonly kind: 'refused'; readonly reason: 'format' | 'foreign' }

// At most 64 characters (RFC 5321). No mailbox here has a quoted name.
const LOCAL = /^[a-z0-9](?:[a-z0-9._+-]{0,62}[a-z0-9_+-])?$/

// Security: Set-up answers are the same for taken and free names.
export function readOwnAddress(raw: unknown, domains: readonly string[]): OwnAddress {
  if (typeof raw !== 'string' || raw.length > 320) return { kind: 'refused', reason: 'format' }
  const address = raw.normalize('NFKC').trim().toLowerCase()
  const at = address.lastIndexOf('@')
  const local = address.slice(0, at)
  const domain = domainOf(address)
  if (at < 1 || !LOCAL.test(local) || local.includes('..'))
    return { kind: 'refused', reason: 'format' }
  const own = ownDomain(domain, domains)
  if (own) return { kind: 'ok', address: `${local}@${own}`, local, domain: own }
  const isDomain = /^[\p{L}\p{N}.-]{1,253}$/u.test(domain)
  return { kind: 'refused', reason: isDomain ? 'foreign' : 'format' }
}

/** Without the tag of a sub-address: no login holds a plus, and the mail servers refuse one. */
export const userNameOf = (address: string) => address.replace(/\+[^@]*(?=@)/, '')

/** Without the dot that ends a name in DNS. */
const domainOf = (address: string) => address.slice(address.lastIndexOf('@') + 1).replace(/\.$/, '')

export type DomainVerdict =
  | { readonly kind: 'ours'; readonly domain: string }
  | { readonly kind: 'unnamed' | 'foreign' | 'unreadable' }

/**
 * Judges the domain alone: some programs mask the name before the @, or send a placeholder.
 * @param raw a parameter of a query, which may be there several times
 */
export function judgeDomain(raw: unknown, domains: readonly string[]): DomainVerdict {
  const [first] = [raw].flat()
  if (first === undefined || first === '') return { kind: 'unnamed' }
  if (typeof first !== 'string' || first.length > 320) return { kind: 'unreadable' }
  const domain = domainOf(first.normalize('NFKC').trim().toLowerCase())
  const own = ownDomain(domain, domains)
  if (own) return { kind: 'ours', domain: own }
  if (/^%\w+%$/.test(domain)) return { kind: 'unnamed' }
  const looksLikeDomain = /^[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+$/u.test(domain)
  return { kind: looksLikeDomain ? 'foreign' : 'unreadable' }
}
