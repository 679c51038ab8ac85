// Latin spellings of names, by the official tables.
// be: Instruction of the State Committee on Property, 2007; uk: KMU 55/2010;
// ru: ICAO Doc 9303, as in passports since GOST R 52535.1.

type Language = 'be' | 'ru' | 'uk'

interface Table {
  readonly alphabet: RegExp
  readonly letters: Readonly<Record<string, string>>
  /** A vowel after which е, ё, ю and я begin with a glide of their own. */
  glide(letter: string, before: string): string | undefined
}

const pairs = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .trim()
      .split(/\s+/)
      .map((pair) => [pair.slice(0, 1), pair.slice(1)]),
  )

const common = `аa бb дd зz кk лl мm нn оo пp рr сs тt уu фf шsh`

const beVowels = /[аеёіоуыэюяўйь'’ʼ]/
// Without the marks of ž, č, š, ŭ and of soft consonants: a mailbox has only ASCII.
const be: Table = {
  alphabet: /^[абвгґдеёжзійклмнопрстуўфхцчшыьэюя]*$/,
  letters: pairs(`${common} вv гh ґg жz іi йj ўu хch цc чc шs ыy ь эe`),
  glide(letter, before) {
    const vowel = pairs('еe ёo юu яa')[letter]
    if (vowel === undefined) return undefined
    return (before === '' || beVowels.test(before) ? 'j' : 'i') + vowel
  },
}

const ru: Table = {
  alphabet: /^[абвгдеёжзийклмнопрстуфхцчшщъыьэюя]*$/,
  letters: pairs(`${common} вv гg еe ёe жzh иi йi хkh цts чch щshch ъie ыy ь эe юiu яia`),
  glide: () => undefined,
}

const uk: Table = {
  alphabet: /^[абвгґдеєжзиіїйклмнопрстуфхцчшщьюя]*$/,
  letters: pairs(`${common} вv гh ґg еe жzh иy іi хkh цts чch щshch ь`),
  glide(letter, before) {
    const vowel = pairs('єe їi йy юu яa')[letter]
    if (vowel === undefined) return undefined
    if (letter === 'й') return before === '' ? 'y' : 'i'
    if (letter === 'ї') return before === '' ? 'yi' : 'i'
    return (before === '' ? 'y' : 'i') + vowel
  },
}

const tables: Readonly<Record<Language, Table>> = { be, ru, uk }
const languages = Object.keys(tables) as Language[]

const latin = pairs('äae öoe üue ßss łl øo æae œoe đd ðd þth ıi')

/** The language of the page decides only where the letters leave a choice. */
function tableFor(typed: string, pageLanguage: string): Table {
  const cyrillic = typed.replace(/[^\p{Script=Cyrillic}]/gu, '')
  const fitting = languages.filter((each) => tables[each].alphabet.test(cyrillic))
  const chosen = fitting.find((each) => each === pageLanguage)
  // On a page in neither language Russian reads the letters that most people share.
  return tables[chosen ?? fitting.find((each) => each === 'ru') ?? fitting[0] ?? 'ru']
}

function spell(letter: string, before: string, table: Table): string | undefined {
  for (const each of [table, ...Object.values(tables)]) {
    const glided = each.glide(letter, before)
    if (glided !== undefined) return glided
    // KMU 55/2010 keeps зг apart from ж.
    if (each === uk && letter === 'г' && before === 'з') return 'gh'
    if (Object.hasOwn(each.letters, letter)) return each.letters[letter]
  }
  return undefined
}

/**
 * Latin letters in lower case for a name in another spelling, with dots for blanks.
 * @returns undefined if a character has no Latin spelling
 */
export function transliterate(typed: string, pageLanguage: string): string | undefined {
  const text = typed.normalize('NFKC').toLowerCase()
  const table = tableFor(text, pageLanguage)
  let before = ''
  let written = ''
  for (const letter of text) {
    const next = /[\p{L}'’ʼ`]/u.test(letter) ? writeLetter(letter, before, table) : mark(letter)
    if (next === undefined) return undefined
    written += next
    before = /[\p{L}'’ʼ`]/u.test(letter) ? letter : ''
  }
  return written.replace(/[._-]{2,}/g, (row) => row[0] ?? '').replace(/^[._-]+|[._-]+$/g, '')
}

function writeLetter(letter: string, before: string, table: Table): string | undefined {
  if (/['’ʼ`]/.test(letter)) return ''
  const plain = latin[letter] ?? letter.normalize('NFD').replace(/\p{M}/gu, '')
  if (/^[a-z]+$/.test(plain)) return plain
  return spell(letter, before, table)
}

function mark(sign: string): string | undefined {
  if (/[a-z0-9._-]/.test(sign)) return sign
  if (/[\s\p{Pd}]/u.test(sign)) return /\s/.test(sign) ? '.' : '-'
  return /[\p{Cf}\p{M}]/u.test(sign) ? '' : undefined
}

const typewritten = pairs(`’' ‘' ʼ' “" ”" „" «" »" –- —- ‑- …... №No`)

/** The same text in Latin letters, with its capitals and its marks; for telephones. */
export function romanise(text: string, language: string): string {
  const table = tableFor(text.toLowerCase(), language)
  const signs = [...text]
  return signs
    .map((sign, at) => {
      const before = (signs[at - 1] ?? '').toLowerCase()
      const isInside = isCyrillic(before) && isCyrillic(signs[at + 1] ?? '')
      if (/['’ʼ]/.test(sign) && isInside) return ''
      if (sign === '\u00a0') return ' '
      if (!isCyrillic(sign)) return typewritten[sign] ?? sign
      const inWord = isCyrillic(before) || /['’ʼ]/.test(before) ? before : ''
      const written = spell(sign.toLowerCase(), inWord, table) ?? sign
      const isCapital = sign !== sign.toLowerCase()
      return isCapital ? written.slice(0, 1).toUpperCase() + written.slice(1) : written
    })
    .join('')
}

const isCyrillic = (sign: string) => /\p{Script=Cyrillic}/u.test(sign)
