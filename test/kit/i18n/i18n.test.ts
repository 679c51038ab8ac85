import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, it } from 'node:test'
import { chooseLocale } from '#server/kit/i18n/choose-locale.ts'
import { createFormats } from '#server/kit/i18n/format.ts'
import { joinPlace } from '#server/kit/i18n/places.ts'
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
  {
    keys: /^limit\.[a-z-]+\.(title|what)$/,
    because: 'views/errors/problem.ejs asks for them by the word of LimitReached',
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
      const russian = new Map(texts.ru)
      // A program without Belarusian shows labels that our Russian text quotes at the same place.
      const withoutLabels = ([key, text]: (typeof texts.be)[number]) =>
        /^help-(?:mail-programs|take-along)\./.test(key) && locale === 'be'
          ? text.replaceAll(/«[^»]*»/g, (label) => (russian.get(key)?.includes(label) ? '' : label))
          : text
      assert.deepEqual(
        texts[locale].filter((entry) => foreign[locale]?.test(withoutLabels(entry))),
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

  it('a letter names the whole date, and the time zone by its plain name', () => {
    assert.equal(formats.en.dateTime(instant), '22\u00a0November 2026 at\u00a012:03 (Minsk time)')
    assert.equal(
      formats.be.dateTime(instant),
      '22\u00a0лістапада 2026\u00a0года,\u00a012:03 (па мінскім часе)',
    )
    assert.equal(
      formats.ru.dateTime(instant),
      '22\u00a0ноября 2026\u00a0года,\u00a012:03 (по минскому времени)',
    )
    assert.equal(
      formats.de.dateTime(instant),
      '22.\u00a0November 2026,\u00a012:03\u00a0Uhr (Minsker Zeit)',
    )
  })

  it('no time zone is named by its distance from Greenwich', () => {
    const some = Intl.supportedValuesOf('timeZone').filter((_, nth) => nth % 30 === 0)
    for (const zone of ['UTC', 'Asia/Tbilisi', ...some]) {
      const inZone = createFormats(zone)
      for (const locale of locales)
        assert.doesNotMatch(inZone[locale].dateTime(instant), /GMT|UTC[+-]|\(\)/, zone)
    }
  })

  it('no date ends with an abbreviation, which would put two full stops at the end', () => {
    for (const locale of locales) {
      assert.doesNotMatch(formats[locale].date(instant), /\.$/)
      assert.doesNotMatch(formats[locale].moment(instant, new Date(0)), /\.$/)
    }
    assert.equal(formats.ru.date(instant), '22\u00a0ноября 2026\u00a0года')
  })

  const later = (seconds: number) => new Date(instant.getTime() + seconds * 1000)
  const plain = (text: string) => text.replaceAll('\u00a0', ' ')

  it('a moment of today has no date, and those beside it are yesterday and tomorrow', () => {
    const say = (locale: Locale, seconds: number) =>
      plain(formats[locale].onMoment(later(seconds), instant))
    assert.equal(say('en', 60), 'today at 12:04')
    assert.equal(say('ru', 60), 'сегодня в 12:04')
    assert.equal(say('be', 86_400), 'заўтра ў 12:03')
    assert.equal(say('de', -86_400), 'gestern um 12:03 Uhr')
    assert.equal(say('de', 3 * 86_400), 'am 25. November um 12:03 Uhr')
    assert.equal(say('en', 3 * 86_400), 'on 25 November at 12:03')
    assert.equal(say('en', 60 * 86_400), 'on 21 January 2027 at 12:03')
    // 23:30 in Minsk is 20:30 UTC: the days are those of the zone.
    assert.equal(say('en', 12 * 3600), 'tomorrow at 00:03')
    assert.equal(plain(formats.en.moment(later(3 * 86_400), instant)), '25 November at 12:03')
  })

  it('after “until” stands the time alone today, and the day before it otherwise', () => {
    const say = (locale: Locale, seconds: number) =>
      plain(formats[locale].bound(later(seconds), instant))
    assert.equal(say('ru', 60), '12:04')
    assert.equal(say('de', 60), '12:04 Uhr')
    assert.equal(say('ru', 86_400), 'завтра, 12:03')
    assert.equal(say('be', 3 * 86_400), '25 лістапада, 12:03')
    assert.equal(say('en', 86_400), 'tomorrow at 12:03')
  })

  it('a wait is said as how long and when, and neither is ever too short', () => {
    const say = (locale: Locale, seconds: number) =>
      plain(formats[locale].wait(later(seconds), instant))
    assert.equal(say('en', 45), 'in 45 seconds (at 12:04)')
    assert.equal(say('be', 45), 'праз 45 секунд (у 12:04)')
    assert.equal(say('ru', 1), 'через 1 секунду (в 12:04)')
    assert.equal(say('ru', 0), 'через 1 секунду (в 12:03)')
    assert.equal(say('de', 600), 'in 10 Minuten (um 12:13 Uhr)')
    assert.equal(say('en', 91), 'in 2 minutes (at 12:05)')
    assert.equal(say('en', 5401), 'in 2 hours (at 13:34)')
    assert.equal(say('ru', 86_400), 'через 24 часа (завтра в 12:03)')
    assert.equal(say('de', 3 * 86_400), 'in 3 Tagen (am 25. November um 12:03 Uhr)')
  })

  it('a place is written with the name of its country', () => {
    assert.equal(formats.en.place('Minsk, BY'), 'Minsk, Belarus')
    assert.equal(formats.de.place('PL'), 'Polen')
    assert.equal(formats.en.place('Minsk, XQ'), 'Minsk, XQ')
    assert.equal(formats.en.place('93.84.…'), '93.84.…')
  })

  it('a place in a Cyrillic text has no city in Latin letters', () => {
    const milan = joinPlace({ en: 'Milan', ru: 'Милан', de: 'Mailand' }, 'IT')
    assert.equal(formats.ru.place(milan), 'Милан, Италия')
    assert.equal(formats.de.place(milan), 'Mailand, Italien')
    assert.equal(formats.en.place(milan), 'Milan, Italy')
    assert.equal(formats.be.place(milan), 'Італія')
    assert.equal(formats.be.place('Minsk, BY'), 'Мінск, Беларусь')
    assert.equal(formats.ru.place('Minsk, BY'), 'Минск, Беларусь')
    assert.equal(formats.ru.place('Olsztyn, PL'), 'Польша')
    assert.equal(formats.de.place(joinPlace({ en: 'Minsk', de: 'Minsk' }, 'BY')), 'Minsk, Belarus')
    assert.equal(joinPlace({ en: 'Lo|st, City' }, undefined), 'Lo st  City')
    assert.equal(joinPlace({ ru: 'Минск' }, 'BY'), 'BY')
  })

  it('a relative time uses the largest unit that fits', () => {
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
