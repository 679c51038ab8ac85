// Finds passwords that are guessed first (docs/decisions/0004).
import { isListed, isVeryCommon } from './common-list.ts'
import { isWalk, onLatinKeys } from './keyboard.ts'

/** Longer passwords are on no list. */
const READ_MAX = 64

/** Signs around a listed word protect nothing up to 10 ** 5 guesses. */
const DECORATION_MAX = 5

const NO_LETTERS = /[^\p{L}]/gu
const LETTERS = /\p{L}/gu

export function isCommonPassword(password: string): boolean {
  const unit = repeatedUnit([...password.normalize('NFKC').toLowerCase()])
  if (new Set(unit).size < 4) return true
  if (unit.length > READ_MAX) return false
  const text = unit.join('')
  return [text, onLatinKeys(text), reverse(text), unLeet(text, 'i'), unLeet(text, 'l')].some(
    isGuessed,
  )
}

function isGuessed(text: string): boolean {
  if (isListed(text) || isWalk(text)) return true
  const letters = text.replace(NO_LETTERS, '')
  const around = text.replace(LETTERS, '')
  if (Math.min(guessDigits(text), guessDigits(around)) > DECORATION_MAX) return false
  const unit = repeatedUnit([...letters])
  return [letters, unit.join('')].some((word) => isListed(word) || isWalk(word)) || isFewWords(unit)
}

/** Up to three very common words in a row: supersecretpassword. */
function isFewWords(letters: string[]): boolean {
  if (letters.length > 40) return false
  let ends = new Set([0])
  for (let words = 0; words < 3; words += 1) {
    const next = new Set<number>()
    for (const start of ends) {
      for (let end = start + 3; end <= Math.min(start + 14, letters.length); end += 1) {
        if (isVeryCommon(letters.slice(start, end).join(''))) next.add(end)
      }
    }
    if (next.has(letters.length)) return true
    ends = next
  }
  return false
}

/** Guesses for the signs between letters, as a power of ten: 1 for a date. */
function guessDigits(text: string): number {
  const parts = new Set(text.match(/\d+|[^\d\p{L}]+/gu))
  return [...parts].reduce(
    (sum, part) => sum + (new Set(part).size === 1 || isPredictable(part) ? 1 : part.length),
    0,
  )
}

const DATES: readonly RegExp[] = [
  /^(?:19|20)\d\d$/,
  /^(?:[0-2]?\d|3[01])(?:0?\d|1[0-2])(?:19|20)?\d\d$/,
  /^(?:19|20)\d\d[01]\d[0-3]\d$/,
]

const isPredictable = (part: string): boolean =>
  isWalk(part) || DATES.some((date) => date.test(part))

/** The shortest beginning that makes the whole when repeated: abcabca has abc. */
function repeatedUnit(letters: string[]): string[] {
  for (let length = 1; length * 2 <= letters.length; length += 1) {
    if (letters.every((letter, place) => letter === letters[place % length]))
      return letters.slice(0, length)
  }
  return letters
}

/** Reads p4ssw0rd as password. Digits at the end stay: often they are a year. */
function unLeet(text: string, one: 'i' | 'l'): string {
  return text.replace(/[@4031!$5|7](?=.*\p{L})/gsu, (sign) => LEET[sign] ?? one)
}

const LEET: Record<string, string> = {
  '@': 'a',
  '4': 'a',
  '0': 'o',
  '3': 'e',
  $: 's',
  '5': 's',
  '7': 't',
}

function reverse(text: string): string {
  return [...text].reverse().join('')
}
