import { writeDomain } from './mail-domain.ts'
import { transliterate } from './transliterate.ts'

export function serviceWordsOf(mailDomains: readonly string[]): string[] {
  const words = mailDomains.flatMap((domain) => wordsOf(domain.toLowerCase()))
  // A shorter word occurs inside ordinary words.
  return [...new Set(['postern', ...words])].filter((word) => word.length >= 4)
}

/** Names have only Latin letters: those of an international domain are read in each language. */
function wordsOf(domain: string): string[] {
  const labels = writeDomain(domain).split('.').slice(0, -1)
  const inLatin = (label: string) =>
    ['be', 'ru', 'uk', 'de'].flatMap((language) => transliterate(label, language) ?? [])
  return labels.flatMap((label) =>
    /^[a-z0-9-]+$/.test(label) ? label : [label, ...inLatin(label)],
  )
}
