/** What a contact is called by: its spellings, for telling whether a secret is made of it. */
import { domainToUnicode } from 'node:url'
import { parseEmailAddress } from './email-address.ts'
import { nationalNumberOf } from './phone-number.ts'

export interface NamedContact {
  readonly kind: 'backup-address' | 'phone'
  readonly value: string
  readonly canonical: string
}

/**
 * Of a phone the digits that every spelling ends with (`8 029 …`, `+375 29 …`, `00375 29 …`). Of an address itself and its local part, as
 * typed and in its canonical form, with the domain as people write it.
 */
export function wordsOfContact({ kind, value, canonical }: NamedContact): string[] {
  if (kind === 'phone') return [nationalNumberOf(value)]
  return [...new Set([value, canonical].flatMap(spellingsOf))]
}

/**
 * What somebody may have meant who typed this: forwards and backwards, each with the `+tag` of an address and without, and where it is an
 * address, its canonical form.
 * Security: whoever knows an address knows all of its spellings, so none of them is a secret.
 */
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
