import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getCountries } from 'libphonenumber-js/max'
import { parsePhoneCountry } from '#server/core/identifiers/phone-country.ts'
import {
  exampleMobile,
  maskPhone,
  parsePhoneNumber,
  writePhone,
} from '#server/core/identifiers/phone-number.ts'

const parse = (raw: unknown, allowedCountries?: string[]) =>
  parsePhoneNumber(raw, { defaultCountry: 'BY', ...(allowedCountries && { allowedCountries }) })
const e164 = (raw: unknown, allowedCountries?: string[]) => {
  const parsed = parse(raw, allowedCountries)
  return parsed.kind === 'ok' ? parsed.e164 : parsed.reason
}

test('a phone number has one form in all of its usual spellings', () => {
  const spellings = [
    '+375291234567',
    '+375 29 123-45-67',
    '+375 (29) 123 45 67',
    '+ 375 29 123 45 67',
    '375291234567',
    '375 29 1234567',
    '00375291234567',
    '00 375 29 1234567',
    '(00) 375 29 1234567',
    '810375291234567',
    '8 10 375 29 123-45-67',
    '8~10 375 29 123 45 67',
    '80291234567',
    '8 029 123-45-67',
    '8(029)1234567',
    '8-029-123-45-67',
    '0291234567',
    '(029) 123 45 67',
    '291234567',
    '29 123.45.67',
    '29/1234567',
    '８０２９１２３４５６７',
    '＋３７５２９１２３４５６７',
    '٣٧٥٢٩١٢٣٤٥٦٧',
    '+375–29–123—45‑67',
    '\u202a+375291234567\u202c',
    '+375\u00a029\u2009123\u200b4567',
    'tel:+375291234567',
    '(+375 29) 123-45-67',
    '( +375 29 ) 123 45 67',
    '(+375) 29 123-45-67',
    '+375 (0)29 123-45-67',
    '（＋３７５　２９）１２３−４５−６７',
  ]
  for (const spelling of spellings)
    assert.equal(e164(spelling), '+375291234567', JSON.stringify(spelling))
})

test('a phone number of another country needs its code, with or without plus', () => {
  for (const [typed, number] of [
    ['+49 1511 2345678', '+4915112345678'],
    ['004915112345678', '+4915112345678'],
    ['8 10 49 1511 2345678', '+4915112345678'],
    ['4915112345678', '+4915112345678'],
    ['+7 (916) 123-45-67', '+79161234567'],
    ['+48 512 345 678', '+48512345678'],
    ['48 512 345 678', '+48512345678'],
  ]) {
    assert.equal(e164(typed), number, typed)
  }
  assert.equal(e164('1511 2345678'), 'shape')
})

test('a phone number names its country and its block of ten thousand', () => {
  assert.deepEqual(parse('8 029 123 45 67'), {
    kind: 'ok',
    e164: '+375291234567',
    country: 'BY',
    prefix: '+37529123',
  })
})

test('a mistyped number at home does not become a number abroad', () => {
  const home = '+375252300000'
  assert.equal(e164('252300000'), home, 'no land line of Somalia, as it were with a plus')
  assert.equal(e164('2917123456'), 'shape', 'a mobile of Eritrea, were there a plus')
  assert.equal(e164('+2917123456'), '+2917123456')
})

test('each fault of a phone number has its own reason', () => {
  for (const [typed, reason] of [
    ['', 'missing'],
    [' \u200e ', 'missing'],
    [null, 'missing'],
    [undefined, 'missing'],
    ['tel:', 'missing'],
    [['+375291234567'], 'shape'],
    ['1234', 'shape'],
    ['+', 'shape'],
    ['+375 29 123', 'shape'],
    ['+375 29 123 45 67 8', 'shape'],
    ['++375291234567', 'shape'],
    ['+375+291234567', 'shape'],
    ['0800-FLOWERS', 'shape'],
    ['call +375291234567', 'shape'],
    ['+375 tel:291234567', 'shape'],
    ['+375 [29] 1234567', 'shape'],
    ['+00375291234567', 'shape'],
    ['()', 'shape'],
    ['+375291234567\0', 'shape'],
    ['9'.repeat(5000), 'shape'],
    ['+375 17 212 34 56', 'not-mobile'],
    ['8 017 212-34-56', 'not-mobile'],
    ['+375291234567 ext. 5', 'extension'],
    ['+375291234567x5', 'extension'],
    ['+375291234567;ext=5', 'extension'],
    ['+375291234567 доб. 5', 'extension'],
    ['+375291234567 вн 5', 'extension'],
    ['+375291234567#5', 'extension'],
    ['+375291234567~5', 'extension'],
  ]) {
    assert.equal(e164(typed), reason, JSON.stringify(typed))
  }
})

test('a phone number is refused above two hundred typed signs, blanks included', () => {
  const typed = '+375291234567'.padStart(200)
  assert.equal(e164(typed), '+375291234567')
  assert.deepEqual(parse(` ${typed}`), { kind: 'refused', reason: 'shape' })
})

test('a possible number beside no costly range is tried where the library does not know it', () => {
  for (const [typed, number] of [
    ['+375 26 123-45-67', '+375261234567'],
    ['8 026 123-45-67', '+375261234567'],
    ['00375 45 123 45 67', '+375451234567'],
    ['+7 600 123-45-67', '+76001234567'],
  ] as const)
    assert.equal(e164(typed, ['BY', 'RU', 'KZ']), number, typed)
  assert.equal(e164('+375261234567', ['RU']), 'country')
  assert.equal(e164('+7 600 123-45-67', ['RU']), 'country', 'it may be one of Kazakhstan')
  assert.equal(e164('+1 511 234 5678', ['US', 'CA']), 'country', 'it may be one of an island')
  assert.equal(e164('+375 26 123-45-6', ['BY']), 'shape')
})

test('a number beside a costly range is never texted', () => {
  for (const typed of [
    '+375 902 123 45 67',
    '+375 90 123 45 67',
    '8 090 123 45 67',
    '+375 81 123 45 67',
    '+375 17 000 34 56',
    '+49 900 1234567',
    '+49 137 1234567',
    '+44 70 1234 5678',
    '+380 90 123 4567',
    '+48 70 123 45 67',
  ])
    assert.equal(e164(typed), 'not-mobile', typed)
})

test('a number as it is written in another country is asked for with a plus', () => {
  const allowed = ['BY', 'RU', 'UA', 'PL', 'DE']
  for (const typed of ['0151 12345678', '512 345 678', '050 123 45 67', '8 916 123-45-67'])
    assert.equal(e164(typed, allowed), 'foreign', typed)
  assert.equal(e164('0151 12345678', ['BY', 'RU']), 'shape', 'no SMS go there')
})

test('numbers of no country, or of one that is not listed, are never texted', () => {
  assert.equal(e164('+883510000000094'), 'country')
  assert.equal(e164('+881612345678'), 'country')
  assert.equal(e164('+4915112345678', ['BY', 'PL']), 'country')
  assert.equal(e164('+375291234567', ['BY', 'PL']), '+375291234567')
  assert.equal(e164('+79161234567', ['KZ']), 'country', 'Russia and Kazakhstan share a code')
})

test('a number passes where its country does not tell mobiles from land lines', () => {
  assert.equal(e164('+1 201 555 0123'), '+12015550123')
})

test('a masked phone number shows its country and its last two digits', () => {
  assert.equal(maskPhone('+375291234567'), '+375 •• ••• •• 67')
  assert.equal(maskPhone('+4915112345678'), '+49 •••• •••••78')
  assert.ok(!/[0-8]\d/.test(maskPhone('+12015550199').slice(2)))
  assert.equal(maskPhone('+0001234'), '+•••••34', 'of no country')
})

test('the settings accept exactly the countries whose numbers can be parsed', () => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  const every = letters.flatMap((first) => letters.map((second) => first + second))
  assert.deepEqual(
    every.filter((code) => parsePhoneCountry(code)),
    getCountries().toSorted(),
  )
  assert.equal(parsePhoneCountry('by'), undefined)
  assert.equal(parsePhoneCountry(''), undefined)
})

test('an example number has its country code and never breaks at the end of a line', () => {
  assert.equal(exampleMobile('BY'), '+375\u00a029\u00a0491\u00a019\u00a011')
  assert.equal(exampleMobile('DE'), '+49\u00a01512\u00a03456789')
  assert.equal(writePhone('+375291234567'), '+375\u00a029\u00a0123\u00a045\u00a067')
  for (const country of getCountries())
    assert.match(exampleMobile(country), /^\+\d+\u00a0[\d\u00a0\u2011()]+$/, country)
  assert.equal(exampleMobile('ZZ'), '')
})
