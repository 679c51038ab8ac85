// One word for one thing: the tables of docs/texts.md are the rules, and the texts keep to them.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { type Locale, locales, parseText } from '#server/kit/i18n/texts.ts'
import { textTrees } from '#server/texts.ts'
import { root, textsOf } from './feature-texts.ts'

const page = readFileSync(path.join(root, 'docs/texts.md'), 'utf8')
const columns: readonly Locale[] = ['en', 'be', 'ru', 'de']

/** Rows of the first table under a heading, without its head. */
function rowsUnder(heading: string): string[][] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const lines = section.split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}

interface Word {
  readonly locale: Locale
  readonly say: string
  readonly twins: readonly string[]
}

const glossary: readonly Word[] = rowsUnder('Glossary').flatMap(([, ...cells]) =>
  cells.map((cell, at) => {
    const [say = '', twins = ''] = cell.split('~~')
    return {
      locale: columns[at] as Locale,
      say: say.trim(),
      twins: twins
        .split(',')
        .map((twin) => twin.trim())
        .filter(Boolean),
    }
  }),
)

const exceptions = rowsUnder('Exceptions').map(([key = '', locale = '', twin = '']) => ({
  key,
  locale,
  twin,
}))

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Whole words; a small first letter stands for a capital one as well, and у for ў. */
function patternOf(twin: string): RegExp {
  const [first = '', ...rest] = twin
  const forms = first === 'у' ? 'уў' : first
  const start = first === first.toUpperCase() ? first : `[${forms}${forms.toUpperCase()}]`
  const letters = escaped(rest.join('')).replaceAll('…', '\\p{L}*')
  return new RegExp(`(?<![\\p{L}\\p{N}-])${start}${letters}(?![\\p{L}\\p{N}])`, 'u')
}

type Parts = ReturnType<ReturnType<typeof parseText>['getAst']>

/** What people may read: without the names of parameters, each choice for itself. */
function readable(parts: Parts): string {
  let line = ''
  const choices: string[] = []
  for (const part of parts) {
    if ('options' in part)
      choices.push(...Object.values(part.options).map(({ value }) => readable(value)))
    line += part.type === 0 ? part.value : '{}'
  }
  return [line, ...choices].join('\n')
}

const documents = path.join(root, 'views/site/documents')

const texts: readonly (readonly [Locale, string, string])[] = locales.flatMap((locale) => [
  ...textTrees
    .flatMap((tree) => textsOf(tree, locale))
    .map(([key, text]) => [locale, key, readable(parseText(locale, text).getAst())] as const),
  ...readdirSync(documents)
    .filter((file) => file.endsWith(`.${locale}.md`))
    .map((file) => [locale, file, readFileSync(path.join(documents, file), 'utf8')] as const),
])

/** Without addresses of links and names of settings, and with blanks that may break. */
const plain = (text: string) =>
  text.replaceAll('\u00a0', ' ').replaceAll(/\]\([^)]*\)|\{\{\w+\}\}/g, '')

const found = glossary.flatMap(({ locale, say, twins }) =>
  twins.flatMap((twin) => {
    const pattern = patternOf(twin)
    return texts
      .filter(([of, , text]) => of === locale && pattern.test(plain(text)))
      .map(([, key]) => ({ key, locale, twin, say }))
  }),
)

const excepts = (exception: (typeof exceptions)[number], hit: (typeof found)[number]) =>
  exception.locale === hit.locale &&
  exception.twin === hit.twin &&
  (exception.key.endsWith('…')
    ? hit.key.startsWith(exception.key.slice(0, -1))
    : hit.key === exception.key)

test('the glossary of docs/texts.md has at least forty things, each in four languages', () => {
  const rows = rowsUnder('Glossary')
  assert.ok(rows.length >= 40, String(rows.length))
  for (const row of rows) assert.equal(row.length, 1 + columns.length, row[0])
  for (const { locale, say, twins } of glossary)
    assert.ok(say && twins.length > 0, `${locale} ${say}`)
})

test('a twin is found in every form and at the start of a sentence, but not within a word', () => {
  assert.match('гэтага ўліковага запісу', patternOf('уліков… запіс…'))
  assert.match('Контакты', patternOf('контакт…'))
  assert.match('Ein Konto fehlt', patternOf('Konto'))
  assert.doesNotMatch('ein konto, Kontoauszug, E-Mail-Konto', patternOf('Konto'))
  assert.doesNotMatch('ausgedruckte Codes', patternOf('gedruckte…'))
})

test('no text says in another word what the glossary has a word for', () => {
  assert.deepEqual(
    found
      .filter((hit) => !exceptions.some((exception) => excepts(exception, hit)))
      .map(({ key, locale, twin, say }) => `${key} in ${locale}: ${twin} (say ${say})`),
    [],
  )
})

test('every word of the glossary is said by some text', () => {
  const all = Object.fromEntries(
    locales.map((locale) => [
      locale,
      texts
        .filter(([of]) => of === locale)
        .map(([, , text]) => plain(text).toLowerCase())
        .join('\n'),
    ]),
  )
  assert.deepEqual(
    glossary.filter(({ locale, say }) => !all[locale]?.includes(say.toLowerCase())),
    [],
  )
})

test('every exception from the glossary is needed', () => {
  assert.deepEqual(
    exceptions.filter((exception) => !found.some((hit) => excepts(exception, hit))),
    [],
  )
})

test('quotation marks and dashes are those of the language', () => {
  // An SMS in Latin letters has no room for German ones.
  const wrong: Record<Locale, RegExp> = {
    en: /[«»„]| — | - /,
    be: /[“”„"]|(?<!\u00a0)[–—](?=\s)|[–—](?=\S)| - /,
    ru: /[“”„"]|(?<!\u00a0)[–—](?=\s)|[–—](?=\S)| - /,
    de: /[«»”]| - /,
  }
  assert.deepEqual(
    texts
      .filter(([locale, key, text]) => !key.endsWith('.md') && wrong[locale].test(text))
      .map(([locale, key, text]) => `${key} in ${locale}: ${text}`),
    [],
  )
})
