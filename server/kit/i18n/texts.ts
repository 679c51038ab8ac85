// The texts of pages and messages. Each feature has its own, in texts.json.
import { IntlMessageFormat } from 'intl-messageformat'

export const locales = ['be', 'ru', 'en', 'de'] as const
export type Locale = (typeof locales)[number]

export type TextParams = Readonly<Record<string, string | number>>
export interface Translate {
  /** @throws MissingTextError */
  (key: string, params?: TextParams): string
  has(key: string): boolean
}

export interface Texts {
  t(locale: Locale, key: string, params?: TextParams): string
  in(locale: Locale): Translate
}

interface TextTree {
  readonly [key: string]: string | TextTree
}

/** The same keys in every language. */
export type TextTrees = Readonly<Record<Locale, TextTree>>

// Of @formatjs/icu-messageformat-parser: plain text, and # in a plural.
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

/** Gives each dotted key and its text to `take`, in the file's order. */
export function walkTexts(
  tree: TextTree,
  take: (key: string, text: string) => void,
  prefix = '',
): void {
  for (const [name, value] of Object.entries(tree))
    if (typeof value === 'string') take(prefix + name, value)
    else walkTexts(value, take, `${prefix}${name}.`)
}

export function parseText(locale: Locale, pattern: string): IntlMessageFormat {
  return new IntlMessageFormat(pattern, locale, undefined, { ignoreTag: true })
}

function createTranslate(
  locale: Locale,
  trees: readonly TextTrees[],
  always: TextParams,
): Translate {
  const plain = new Map<string, string>()
  const patterns = new Map<string, string>()
  const compiled = new Map<string, IntlMessageFormat>()
  for (const tree of trees)
    walkTexts(tree[locale], (key, text) => {
      const kind = text.includes('{') ? patterns : plain
      kind.set(key, text)
    })

  const translate = (key: string, params?: TextParams): string => {
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
  return Object.assign(translate, { has: (key: string) => plain.has(key) || patterns.has(key) })
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
export function createTexts(trees: readonly TextTrees[], always: TextParams = {}): Texts {
  const translators = Object.fromEntries(
    locales.map((locale) => [locale, createTranslate(locale, trees, always)]),
  ) as Record<Locale, Translate>
  return {
    t: (locale, key, params) => translators[locale](key, params),
    in: (locale) => translators[locale],
  }
}
