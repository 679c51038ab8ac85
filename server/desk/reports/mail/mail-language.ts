// Guesses the language that somebody reads, out of what they wrote.
import { commonWords } from '#server/desk/letters/forward-words.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'

/** Those that have texts. The list of the texts would load them all. */
export const textLocales: readonly Locale[] = ['be', 'ru', 'en', 'de']

const count = (text: string, letters: RegExp) => text.match(letters)?.length ?? 0

function ofCyrillic(text: string): Locale | undefined {
  // Ukrainian has both и and і, and letters that we have no texts for.
  if (/[їєґ]/iu.test(text)) return undefined
  const own = text.match(/\p{L}+/gu)?.filter((word) => commonWords.be.has(word)).length ?? 0
  const belarusian = count(text, /[іў]/giu) + own
  const russian = count(text, /[ищъ]/giu)
  return belarusian > russian ? 'be' : 'ru'
}

/** Undefined if the text says too little. */
export function languageOf(text: string): Locale | undefined {
  const read = text.slice(0, 5000).toLowerCase()
  const cyrillic = count(read, /\p{Script=Cyrillic}/gu)
  if (cyrillic > 2 && cyrillic > count(read, /[a-z]/g) / 2) {
    return ofCyrillic(read)
  }
  const all = read.match(/\p{L}+/gu) ?? []
  const german = all.filter((word) => commonWords.de.has(word)).length + count(read, /[äöüß]/g)
  const english = all.filter((word) => commonWords.en.has(word)).length
  if (german === english) return undefined
  return german > english ? 'de' : 'en'
}
