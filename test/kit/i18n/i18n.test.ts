import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it } from 'node:test'
import { chooseLocale } from '#server/kit/i18n/choose-locale.ts'
import { createFormats } from '#server/kit/i18n/format.ts'
import {
  createTexts,
  type Locale,
  locales,
  MissingTextError,
  parseText,
  placeholdersIn,
} from '#server/kit/i18n/texts.ts'
import { textTrees } from '#server/texts.ts'
import { keysOf, sources, textsOf, treesOfFeatures } from './feature-texts.ts'

const texts = Object.fromEntries(
  locales.map((locale) => [locale, textTrees.flatMap((tree) => textsOf(tree, locale))]),
) as Record<Locale, [string, string][]>
const keys = texts.en.map(([key]) => key)

/** Keys that views compose. */
const COMPUTED: readonly { readonly keys: RegExp; readonly because: string }[] = [
  { keys: /^[a-z-]+\.title$/, because: 'views/layouts/page.ejs asks for `<page-id>.title`' },
  {
    keys: /^[a-z-]+\.(what|todo|action)$/,
    because: 'views/errors/problem.ejs asks for them by page id',
  },
]

describe('texts', () => {
  for (const locale of locales) {
    it(`the texts in ${locale} have the same keys as the others, in the same order`, () => {
      for (const [name, tree] of treesOfFeatures)
        assert.deepEqual(keysOf(tree, locale), keysOf(tree, 'en'), name)
    })

    it(`no text in ${locale} is empty or has blanks around it`, () => {
      assert.deepEqual(
        texts[locale].filter(([, text]) => text === '' || text !== text.trim()),
        [],
      )
    })

    it(`the texts in ${locale} have the same placeholders as in English`, () => {
      const english = new Map(texts.en)
      for (const [key, text] of texts[locale])
        assert.deepEqual(
          placeholdersIn(parseText(locale, text)),
          placeholdersIn(parseText('en', english.get(key) ?? '')),
          key,
        )
    })

    it(`the texts in ${locale} have a form for every plural of the language`, () => {
      const wanted = new Intl.PluralRules(locale).resolvedOptions().pluralCategories.toSorted()
      const visit = (key: string, parts: ReturnType<ReturnType<typeof parseText>['getAst']>) => {
        for (const part of parts) {
          if (!('options' in part)) continue
          const given = Object.keys(part.options).filter((name) => !name.startsWith('='))
          if ('pluralType' in part) assert.deepEqual(given.toSorted(), wanted, `${locale} ${key}`)
          for (const option of Object.values(part.options)) visit(key, option.value)
        }
      }
      for (const [key, text] of texts[locale]) visit(key, parseText(locale, text).getAst())
    })

    it(`no text in ${locale} begs, apologises or blames`, () => {
      const banned: Record<Locale, RegExp> = {
        be: /калі ласка|прабач|выбач|даруйце|на жаль|нядзейсн|недапушчальн/i,
        ru: /пожалуйста|извин|простите|прощени|к сожалению|недействительн|недопустим/i,
        en: /\b(please|sorry|apolog\w*|oops|whoops|invalid|illegal|unfortunately|regret\w*)\b/i,
        de: /\b(bitte|entschuldig\w*|verzeih\w*|leider|ungültig\w*|unzulässig\w*|hoppla|ups)\b/i,
      }
      assert.deepEqual(
        texts[locale].filter(([, text]) => banned[locale].test(text)),
        [],
      )
    })

    it(`the texts in ${locale} use only the letters and apostrophes of the language`, () => {
      const foreign: Partial<Record<Locale, RegExp>> = {
        be: /[ищъ]|''|'/i,
        ru: /[іўґ]|''/i,
        en: /''/,
        de: /''/,
      }
      assert.deepEqual(
        texts[locale].filter(([, text]) => foreign[locale]?.test(text)),
        [['language.ru', 'Русский']].filter(() => locale === 'be'),
      )
    })
  }

  it('the German texts call a letter Nachricht or E-Mail, never Brief', () => {
    assert.deepEqual(
      texts.de.filter(([, text]) => /\bBrief|\bMailprogramm/.test(text)),
      [],
    )
  })

  it('every text is used by a page or message', () => {
    const code = sources.map(([, source]) => source).join('\n')
    const prefixes = [...code.matchAll(/['`]((?:[a-z][\w-]*\.)+)(?:['`]\s*\+|\$\{)/g)].map(
      (match) => match[1] as string,
    )
    const words = new Set(
      [...code.matchAll(/['"`]([\w.-]+)['"`]/g)].map((match) => match[1] as string),
    )
    for (const [file] of sources) words.add(path.parse(file).name)
    const unused = keys.filter(
      (key) =>
        !words.has(key) &&
        !prefixes.some((prefix) => key.startsWith(prefix)) &&
        !(words.has(key.split('.')[0] as string) && COMPUTED.some((rule) => rule.keys.test(key))),
    )
    assert.deepEqual(unused, [])
  })

  it('every text exists that a view asks for', () => {
    const known = new Set(keys)
    const missing = sources.flatMap(([file, source]) =>
      [...source.matchAll(/\bt\(\s*'([\w-]+(?:\.[\w-]+)+)'\s*[,)]/g)]
        .map((match) => match[1] as string)
        .filter((key) => !known.has(key))
        .map((key) => `${file}: ${key}`),
    )
    assert.deepEqual(missing, [])
  })

  it('a text is found by its key and filled with its parameters', () => {
    const { t } = createTexts(textTrees, { service: 'Postern', passwordMin: 12 })
    assert.equal(t('de', 'sign-in.submit'), 'Anmelden')
    assert.match(t('en', 'layout.footer.promise'), /^Postern never/)
    assert.match(t('be', 'activity.events.session.others-ended', { count: 3 }), /3 прыладах$/)
    assert.match(t('be', 'activity.events.session.others-ended', { count: 21 }), /21 прыладзе$/)
    assert.throws(() => t('en', 'nowhere.at-all'), MissingTextError)
  })
})

describe('the language of a page', () => {
  const fallback = 'en'

  it('the language of a page is the one that its address asks for, and is remembered', () => {
    assert.deepEqual(chooseLocale({ asked: 'be', cookie: 'de', fallback }), {
      locale: 'be',
      remember: true,
    })
  })

  it('the language comes from cookie, account, browser or portal, in that order', () => {
    const all = { cookie: 'de', account: 'ru', acceptLanguage: 'be', fallback } as const
    const locale = (sources: Parameters<typeof chooseLocale>[0]) => chooseLocale(sources).locale
    assert.deepEqual(chooseLocale(all), { locale: 'de', remember: false })
    assert.equal(locale({ ...all, cookie: undefined }), 'ru')
    assert.equal(locale({ ...all, cookie: undefined, account: null }), 'be')
    assert.equal(locale({ fallback: 'ru' }), 'ru')
  })

  it('an unknown language in the address is ignored', () => {
    for (const asked of ['fr', '', ['be'], { be: 1 }, '__proto__', 'toString', 1])
      assert.equal(chooseLocale({ asked, fallback }).locale, 'en')
  })

  it('the language follows the weights of the browser', () => {
    const locale = (acceptLanguage: string) => chooseLocale({ acceptLanguage, fallback }).locale
    assert.equal(locale('fr, de-AT;q=0.8, ru;q=0.9'), 'ru')
    assert.equal(locale('be-tarask, ru'), 'be')
    assert.equal(locale('be;q=0, de;q=0.1'), 'de')
    assert.equal(locale('BE'), 'be')
    assert.equal(locale('*, fr;q=x,,;;='), 'en')
    assert.equal(locale('de,'.repeat(10_000)), 'en')
  })
})

describe('moments, places and sizes', () => {
  const formats = createFormats('Europe/Minsk')
  const instant = new Date('2026-11-22T09:03:00Z')

  it('a moment is written as each language writes it, with its time zone', () => {
    assert.equal(formats.en.dateTime(instant), '22\u00a0November 2026 at\u00a012:03\u00a0GMT+3')
    assert.equal(
      formats.be.dateTime(instant),
      '22\u00a0лістапада 2026\u00a0г. у\u00a012:03\u00a0GMT+3',
    )
    assert.equal(
      formats.ru.dateTime(instant),
      '22\u00a0ноября 2026\u00a0г. в\u00a012:03\u00a0GMT+3',
    )
    assert.equal(formats.de.dateTime(instant), '22.\u00a0November 2026 um\u00a012:03\u00a0GMT+3')
  })

  it('a place is written with the name of its country', () => {
    assert.equal(formats.be.place('Minsk, BY'), 'Minsk, Беларусь')
    assert.equal(formats.de.place('PL'), 'Polen')
    assert.equal(formats.en.place('Minsk, XQ'), 'Minsk, XQ')
    assert.equal(formats.en.place('93.84.…'), '93.84.…')
  })

  it('a relative time uses the largest unit that fits', () => {
    const later = (seconds: number) => new Date(instant.getTime() + seconds * 1000)
    assert.equal(formats.en.relative(instant, later(300)), '5 minutes ago')
    assert.equal(formats.be.relative(instant, later(7_300)), '2 гадзіны таму')
    assert.equal(formats.de.relative(later(86_400), instant), 'morgen')
    assert.equal(formats.en.relative(instant, later(5)), 'this minute')
  })

  it('a size is written in binary units', () => {
    assert.equal(formats.en.bytes(0), '0\u00a0byte')
    assert.equal(formats.de.bytes(1.5 * 2 ** 30), '1,5\u00a0GB')
    assert.equal(formats.ru.bytes(2 ** 30), '1\u00a0ГБ')
  })
})
