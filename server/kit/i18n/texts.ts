// The texts of all pages and messages, from one JSON file per language with the same keys.
import { IntlMessageFormat } from 'intl-messageformat'
import be from './be.json' with { type: 'json' }
import de from './de.json' with { type: 'json' }
import en from './en.json' with { type: 'json' }
import ru from './ru.json' with { type: 'json' }

export const locales = ['be', 'ru', 'en', 'de'] as const
export type Locale = (typeof locales)[number]

export type TextParams = Readonly<Record<string, string | number>>
/** @throws MissingTextError */
export type Translate = (key: string, params?: TextParams) => string

export interface Texts {
  t(locale: Locale, key: string, params?: TextParams): string
  has(key: string): boolean
  in(locale: Locale): Translate
}

interface TextTree {
  readonly [key: string]: string | TextTree
}

export const textTrees: Readonly<Record<Locale, TextTree>> = { be, ru, en, de }

// Numbers of @formatjs/icu-messageformat-parser for plain text and the # of a plural.
const LITERAL = 0
const POUND = 7

export class MissingTextError extends Error {
  constructor(locale: Locale, key: string) {
    super(`no text "${key}" in ${locale}`)
  }
}

export function isLocale(value: unknown): value is Locale {
  return typeof value === 'string' && (locales as readonly string[]).includes(value)
}

/** `[dotted key, text]` in the order of the file. */
export function* flattenTexts(tree: TextTree, prefix = ''): Generator<[string, string]> {
  for (const [name, value] of Object.entries(tree)) {
    const key = prefix ? `${prefix}.${name}` : name
    if (typeof value === 'string') yield [key, value]
    else yield* flattenTexts(value, key)
  }
}

export function parseText(locale: Locale, pattern: string): IntlMessageFormat {
  return new IntlMessageFormat(pattern, locale, undefined, { ignoreTag: true })
}

function createTranslate(locale: Locale, always: TextParams): Translate {
  const plain = new Map<string, string>()
  const patterns = new Map<string, string>()
  const compiled = new Map<string, IntlMessageFormat>()
  for (const [key, text] of flattenTexts(textTrees[locale]))
    (text.includes('{') ? patterns : plain).set(key, text)

  return (key, params) => {
    const text = plain.get(key)
    if (text !== undefined) return text
    const known = compiled.get(key)
    if (known) return String(known.format({ ...always, ...params }))
    const pattern = patterns.get(key)
    if (pattern === undefined) throw new MissingTextError(locale, key)
    const format = parseText(locale, pattern)
    if (placeholdersIn(format).every((name) => name in always)) {
      const settled = String(format.format({ ...always }))
      plain.set(key, settled)
      return settled
    }
    compiled.set(key, format)
    return String(format.format({ ...always, ...params }))
  }
}

export function placeholdersIn(format: IntlMessageFormat): string[] {
  const names = new Set<string>()
  const collect = (elements: ReturnType<IntlMessageFormat['getAst']>) => {
    for (const element of elements) {
      if (element.type === LITERAL || element.type === POUND) continue
      names.add(element.value)
      if ('options' in element)
        for (const option of Object.values(element.options)) collect(option.value)
    }
  }
  collect(format.getAst())
  return [...names].sort()
}

/** @param always values for every text, such as the name of the service */
export function createTexts(always: TextParams = {}): Texts {
  const known = new Set(Array.from(flattenTexts(en), ([key]) => key))
  const translators = Object.fromEntries(
    locales.map((locale) => [locale, createTranslate(locale, always)]),
  ) as Record<Locale, Translate>
  return {
    t: (locale, key, params) => translators[locale](key, params),
    has: (key) => known.has(key),
    in: (locale) => translators[locale],
  }
}
