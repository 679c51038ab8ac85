// Spellings of a contact, none of which may be a password or an answer.
import { domainToUnicode } from 'node:url'
import { parseEmailAddress } from './email-address.ts'
import { nationalNumberOf } from './phone-number.ts'

export interface NamedContact {
  readonly kind: 'backup-address' | 'phone'
  readonly value: string
  readonly canonical: string
}

/** A phone has one word: its national number, which ends all its spellings. */
export function wordsOfContact({ kind, value, canonical }: NamedContact): string[] {
  if (kind === 'phone') return [nationalNumberOf(value)]
  return [...new Set([value, canonical].flatMap(spellingsOf))]
}

// Security: No spelling of a contact is a secret, neither backwards nor with another +tag.
export function readingsOf(typed: string): string[] {
  const forwards = typed.normalize('NFKC')
  const readings = [forwards, [...forwards].reverse().join('')].flatMap((each) => {
    const parsed = parseEmailAddress(each, { ownDomains: [] })
    const canonical = parsed.kind === 'ok' ? [parsed.canonical] : []
    return [each, each.replace(/\+[^@]*(?=@)/g, ''), ...canonical]
  })
  return [...new Set(readings)]
}

function spellingsOf(address: string): string[] {
  const at = address.lastIndexOf('@')
  const local = address.slice(0, at).toLowerCase()
  const domain = address.slice(at + 1).toLowerCase()
  const base = local.replace(/\+.*$/, '')
  const locals = [...new Set([local, base, base.replace(/[._-]/g, '')])].filter(
    (each) => each !== '',
  )
  const domains = [...new Set([domain, domainToUnicode(domain)])].filter((each) => each !== '')
  return [...locals.flatMap((each) => domains.map((other) => `${each}@${other}`)), ...locals]
}
