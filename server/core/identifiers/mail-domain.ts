// Mail domains: the A-label is stored, compared and sent; people read and write the other form.
import { domainToASCII, domainToUnicode } from 'node:url'

// The host name of RFC 1123.
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)$/

/** The A-label of a typed domain; null if it is no mail domain. */
export function canonicalDomain(typed: string): string | null {
  // Security: Only a plain domain name is a mail domain, whatever else a URL parser accepts.
  // domainToASCII would decode %41. It turns 0x7f.1 into an IP address, which DOMAIN refuses.
  if (/[\s%/\\?#:@[\]<>^|_]/.test(typed)) return null
  const domain = domainToASCII(typed).replace(/\.$/, '')
  return domain.length <= 253 && DOMAIN.test(domain) ? domain : null
}

/** For domains of the portal alone: in a foreign one a letter may pose as another. */
export const writeDomain = (domain: string): string => domainToUnicode(domain) || domain

/** A text for people, with our domains after each @ as people write them. */
export const writeDomains = (text: string, ownDomains: readonly string[]): string =>
  ownDomains
    .filter((domain) => domain.includes('xn--'))
    .reduce((written, domain) => written.replaceAll(`@${domain}`, `@${writeDomain(domain)}`), text)

/** An address as people write it, if its domain is one of ours. */
export function writeAddress(address: string, ownDomains: readonly string[]): string {
  const at = address.lastIndexOf('@')
  const domain = address.slice(at + 1).toLowerCase()
  if (at < 0 || !domain.includes('xn--') || !ownDomains.includes(domain)) return address
  return `${address.slice(0, at)}@${writeDomain(domain)}`
}
