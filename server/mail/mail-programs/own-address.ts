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
  const domain = address.slice(at + 1)
  if (at < 1 || !LOCAL.test(local) || local.includes('..'))
    return { kind: 'refused', reason: 'format' }
  if (!/^[a-z0-9.-]{1,253}$/.test(domain)) return { kind: 'refused', reason: 'format' }
  if (!domains.includes(domain)) return { kind: 'refused', reason: 'foreign' }
  return { kind: 'ok', address: `${local}@${domain}`, local, domain }
}
