import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readingsOf, wordsOfContact } from '#server/core/identifiers/contact-words.ts'

const phone = { kind: 'phone', value: '+375291234567', canonical: '+375291234567' } as const
const address = {
  kind: 'backup-address',
  value: 'An.Na+shop@почта.бел',
  canonical: 'an.na@xn--80a1acny.xn--90ais',
} as const

test('the words of a phone are the digits that end all of its spellings', () => {
  assert.deepEqual(wordsOfContact(phone), ['291234567'])
})

test('the words of an address are itself and its local part, with and without tag and dots', () => {
  const words = wordsOfContact(address)
  for (const local of ['an.na+shop', 'an.na', 'anna']) {
    assert.ok(words.includes(local), local)
    assert.ok(words.includes(`${local}@почта.бел`), local)
  }
  assert.ok(words.includes('anna@xn--80a1acny.xn--90ais'))
})

test('no spelling of a contact is a secret, neither backwards nor with another +tag', () => {
  const typed = 'An.Na+garden@gmail.com'
  const backwards = [...typed].reverse().join('')
  for (const each of [typed, backwards]) {
    const readings = readingsOf(each)
    assert.ok(readings.includes(typed), 'as typed')
    assert.ok(readings.includes('An.Na@gmail.com'), 'without its tag')
    assert.ok(readings.includes('anna@gmail.com'), 'in its canonical form')
  }
  assert.ok(readingsOf('765432192573+').includes('+375291234567'))
  assert.ok(readingsOf('８０２９').includes('8029'), 'with wide digits')
})
