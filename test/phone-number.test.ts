import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import examples from 'libphonenumber-js/examples.mobile.json'
import { getCountries, getCountryCallingCode, getExampleNumber } from 'libphonenumber-js/max'
import { parsePhoneCountry } from '#server/core/phone-country.ts'
import { maskPhone, parsePhoneNumber } from '#server/core/phone-number.ts'

const parse = (raw: unknown, allowedCountries?: string[]) =>
  parsePhoneNumber(raw, { defaultCountry: 'BY', ...(allowedCountries && { allowedCountries }) })
const e164 = (raw: unknown, allowedCountries?: string[]) => {
  const parsed = parse(raw, allowedCountries)
  return parsed.kind === 'ok' ? parsed.e164 : parsed.reason
}

test('one number has one form, in whichever of the usual spellings it was typed', () => {
  const spellings = [
    '+375291234567',
    '+375 29 123-45-67',
    '+375 (29) 123 45 67',
    '+ 375 29 123 45 67',
    '375291234567',
    '375 29 1234567',
    '00375291234567',
    '00 375 29 1234567',
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
  ]
  for (const spelling of spellings) assert.equal(e164(spelling), '+375291234567', JSON.stringify(spelling))
})

test('numbers of other countries need their code, with or without plus', () => {
  for (const [typed, number] of [
    ['+49 1511 2345678', '+4915112345678'],
    ['004915112345678', '+4915112345678'],
    ['8 10 49 1511 2345678', '+4915112345678'],
    ['4915112345678', '+4915112345678'],
    ['+7 (916) 123-45-67', '+79161234567'],
    ['+48 512 345 678', '+48512345678'],
  ]) {
    assert.equal(e164(typed), number, typed)
  }
  assert.equal(e164('1511 2345678'), 'shape')
})

test('a number belongs to the block in which numbers are rented', () => {
  assert.deepEqual(parse('8 029 123 45 67'), { kind: 'ok', e164: '+375291234567', country: 'BY', prefix: '+37529123' })
})

test('a slip of the finger does not make a number abroad of one at home', () => {
  assert.equal(e164('252300000'), 'shape', 'a land line of Somalia, were there a plus')
  assert.equal(e164('2917123456'), 'shape', 'a mobile of Eritrea, were there a plus')
  assert.equal(e164('+2917123456'), '+2917123456')
})

test('each fault of a number has a reason', () => {
  for (const [typed, reason] of [
    ['', 'missing'],
    [' \u200e ', 'missing'],
    [null, 'missing'],
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
  ]) {
    assert.equal(e164(typed), reason, JSON.stringify(typed))
  }
})

test('numbers of no country, or of one that is not listed, are never texted', () => {
  assert.equal(e164('+883510000000094'), 'country')
  assert.equal(e164('+881612345678'), 'country')
  assert.equal(e164('+4915112345678', ['BY', 'PL']), 'country')
  assert.equal(e164('+375291234567', ['BY', 'PL']), '+375291234567')
  assert.equal(e164('+79161234567', ['KZ']), 'country', 'Russia and Kazakhstan share a code')
})

test('where the plan cannot tell a mobile from a land line, the number passes', () => {
  assert.equal(e164('+1 201 555 0123'), '+12015550123')
})

test('the mobile numbers of every country are their own form, and one in all spellings', () => {
  for (const country of Object.keys(examples) as (keyof typeof examples)[]) {
    const number = getExampleNumber(country, examples)
    if (number === undefined) continue
    const parsed = parsePhoneNumber(number.number, { defaultCountry: 'BY' })
    // Some small plans give the same numbers to land lines only.
    if (parsed.kind === 'refused') continue
    assert.equal(parsed.e164, number.number, country)
    const code = getCountryCallingCode(country)
    for (const spelling of [
      number.formatInternational(),
      number.getURI(),
      `00${number.number.slice(1)}`,
      `+${code} ${number.nationalNumber}`,
    ]) {
      const again = parsePhoneNumber(spelling, { defaultCountry: 'BY' })
      assert.equal(again.kind === 'ok' && again.e164, number.number, `${country} ${spelling}`)
    }
    const home = parsePhoneNumber(number.formatNational(), { defaultCountry: country })
    assert.equal(home.kind === 'ok' && home.e164, number.number, `${country} at home: ${number.formatNational()}`)
  }
})

const subscriber = fc.stringMatching(/^(?:25|29|33|44)[1-9][0-9]{6}$/)
const spelling = fc.record({
  number: subscriber,
  start: fc.constantFrom('+375', '375', '00375', '810375', '80', '0', '', '8 10 375 ', '8~0', '＋375'),
  gaps: fc.array(fc.constantFrom('', ' ', '-', '.', '\u00a0', '‑', '\u200e'), { minLength: 9, maxLength: 9 }),
  wide: fc.boolean(),
})

test('a thousand spellings never throw and never break uniqueness', () => {
  fc.assert(
    fc.property(spelling, ({ number, start, gaps, wide }) => {
      const typed = start + [...number].map((digit, place) => digit + gaps[place]).join('')
      const shown = wide ? typed.replace(/[0-9]/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))) : typed
      // 33 1 and the like are not all given out yet: what the plain form is refused for, every spelling is.
      assert.equal(e164(shown), e164(`+375${number}`), shown)
    }),
    { numRuns: 1000 },
  )
})

test('no text whatever makes a number throw, and what is accepted is accepted again as it is', () => {
  const digits = fc.stringMatching(/^[+0-9 ().-]{3,18}$/)
  fc.assert(
    fc.property(fc.oneof(digits, fc.string({ unit: 'binary' }), fc.anything()), (raw) => {
      const parsed = parse(raw)
      if (parsed.kind === 'ok') assert.deepEqual(parse(parsed.e164), parsed)
    }),
    { numRuns: 1000 },
  )
})

test('a masked number shows its country and its last two digits', () => {
  assert.equal(maskPhone('+375291234567'), '+375 •• ••• •• 67')
  assert.equal(maskPhone('+4915112345678'), '+49 •••• •••••78')
  assert.ok(!/[0-8]\d/.test(maskPhone('+12015550199').slice(2)))
})

test('the settings may name exactly the countries whose numbers can be read', () => {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  const every = letters.flatMap((first) => letters.map((second) => first + second))
  assert.deepEqual(
    every.filter((code) => parsePhoneCountry(code)),
    getCountries().toSorted(),
  )
  assert.equal(parsePhoneCountry('by'), undefined)
})
