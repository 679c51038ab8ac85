import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import examples from 'libphonenumber-js/examples.mobile.json'
import { getCountryCallingCode, getExampleNumber } from 'libphonenumber-js/max'
import { parsePhoneNumber } from '#server/core/identifiers/phone-number.ts'

const parse = (raw: unknown) => parsePhoneNumber(raw, { defaultCountry: 'BY' })
const e164 = (raw: unknown) => {
  const parsed = parse(raw)
  return parsed.kind === 'ok' ? parsed.e164 : parsed.reason
}

test('a mobile number of any country has one E.164 form in all spellings', () => {
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
    assert.equal(
      home.kind === 'ok' && home.e164,
      number.number,
      `${country} at home: ${number.formatNational()}`,
    )
  }
})

const subscriber = fc.stringMatching(/^(?:25|29|33|44)[1-9][0-9]{6}$/)
const spelling = fc.record({
  number: subscriber,
  start: fc.constantFrom(
    '+375',
    '375',
    '00375',
    '810375',
    '80',
    '0',
    '',
    '8 10 375 ',
    '8~0',
    '＋375',
  ),
  gaps: fc.array(fc.constantFrom('', ' ', '-', '.', '\u00a0', '‑', '\u200e'), {
    minLength: 9,
    maxLength: 9,
  }),
  wide: fc.boolean(),
})

test('a Belarusian number has one form in a thousand random spellings', () => {
  fc.assert(
    fc.property(spelling, ({ number, start, gaps, wide }) => {
      const typed = start + [...number].map((digit, place) => digit + gaps[place]).join('')
      const shown = wide
        ? typed.replace(/[0-9]/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)))
        : typed
      // Some ranges are not assigned yet: every spelling is refused like the plain form.
      assert.equal(e164(shown), e164(`+375${number}`), shown)
    }),
    { numRuns: 1000 },
  )
})

test('parsing a number never throws, and an accepted number is accepted again unchanged', () => {
  const digits = fc.stringMatching(/^[+0-9 ().-]{3,18}$/)
  fc.assert(
    fc.property(fc.oneof(digits, fc.string({ unit: 'binary' }), fc.anything()), (raw) => {
      const parsed = parse(raw)
      if (parsed.kind === 'ok') assert.deepEqual(parse(parsed.e164), parsed)
    }),
    { numRuns: 1000 },
  )
})
