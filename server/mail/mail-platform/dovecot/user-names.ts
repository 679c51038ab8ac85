// People type an international domain as they read it. The directory knows its A-label.
import { writeDomain } from '#server/core/identifiers/mail-domain.ts'

/** Dovecot takes these alone if nothing else is said. */
const usualSigns = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ01234567890.-_@'

// Security: No user name with other signs than ASCII stands in a query of a mail server.
// Half a letter would be a fault of the database, and Dovecot logs queries that fail.
const asciiOnly = (variable: string, name: string) => `%{if;${variable};~;[^!-~];-;${name}}`

export interface UserNames {
  /** `auth_username_chars`: Dovecot takes all bytes of these signs. */
  readonly signs: string
  /** `auth_username_format` */
  readonly format: string
}

/** Null if each domain is written in ASCII. */
export function userNamesOf(mailDomains: readonly string[]): UserNames | null {
  const domains = mailDomains.filter((domain) => domain.includes('xn--'))
  if (domains.length === 0) return null
  const written = domains.map(writeDomain).join('')
  const name = domains.reduceRight(
    (other, ascii) => `%{if;%Ld;eq;${writeDomain(ascii)};%Ln@${ascii};${other}}`,
    asciiOnly('%Lu', '%Lu'),
  )
  const further = new Set(written.replace(/[\0-\x7f]/g, ''))
  return { signs: usualSigns + [...further].join(''), format: asciiOnly('%Ln', name) }
}
