// What mail programs write around a letter
// that they forward or answer.
import words from './forward-words.json' with { type: 'json' }

const { labels: names } = words
const oneOf = (list: readonly string[]) => `(?:${list.join('|')})`
const ruled = (list: readonly string[]) => `-{2,} ?${oneOf(list)} ?-{2,}`
const line = (list: readonly string[]) => new RegExp(`^[>\\s]*${oneOf(list)}\\s*$`, 'iu')

/** A line of its own above a forwarded letter. */
export const announced = line([
  ruled(Object.values(words.announce)),
  `${oneOf(words.begin)}:?`,
  ...words.ruled,
])

/** A line of its own below it. */
export const ended = line([ruled(words.end), words.endRuled])

const labels = new Map(
  Object.entries(names).flatMap(([field, all]) =>
    all
      .split(' ')
      .map((word) => word.replaceAll('_', ' '))
      .map((word) => [word, field] as const),
  ),
)

/** The header field that a word stands for. */
export const fieldOfLabel = (label: string): string | undefined => labels.get(label.toLowerCase())

/** Says who wrote a quoted letter: `On … wrote:`. */
export const wrote = new RegExp(`(?:^|\\s)${oneOf([words.wrote])}(?=[\\s:]|$)`, 'iu')

/** A word before the name of its writer. */
export const by = `(?:^|\\s)${oneOf([words.by])}(?=\\s)`

/** What answers put before a subject. */
export const answerMarks = new RegExp(`^(?:\\s*${oneOf([words.answer])}\\s*:)+\\s*`, 'iu')

/** Words that tell one language from another. */
export const commonWords = {
  be: new Set(words.common.be.split(' ')),
  de: new Set(words.common.de.split(' ')),
  en: new Set(words.common.en.split(' ')),
}
