import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { test } from 'node:test'
import {
  isListed,
  isVeryCommon,
  LIST_FILE,
  listLength,
  RECORD_BYTES,
} from '#server/core/passwords/common-list.ts'
import { isCommonPassword } from '#server/core/passwords/common-passwords.ts'

/** Those that guessing starts with. */
const common = (passwords: readonly string[]) => passwords.filter(isCommonPassword)

test('the list has at least 100,000 entries', () => {
  assert.ok(listLength() >= 100_000, String(listLength()))
  assert.equal(listLength() * RECORD_BYTES, statSync(LIST_FILE).size)
})

test('a listed word is found, whether or not it is among the first that are tried', () => {
  assert.deepEqual([isListed('password'), isVeryCommon('password')], [true, true])
  assert.deepEqual([isListed('spongebob'), isVeryCommon('spongebob')], [true, false])
  // Its fingerprint comes after all others, that of the second before them.
  for (const own of ['own word 74298', 'own word 54696'])
    assert.equal(isListed(own) || isVeryCommon(own), false)
})

test('a password of the shortest length that is listed is refused in every case and with every year', () => {
  const listed = ['internet', 'liverpool', 'jennifer', 'butterfly', 'spongebob', 'manchester']
  for (const word of listed) {
    for (const password of [
      word,
      word.toUpperCase(),
      `${word}1987`,
      `1987${word}`,
      `${word}!!!!`,
      `${word}2024!`,
    ]) {
      assert.equal(isCommonPassword(password), true, password)
    }
  }
})

test('a word with signs that look like its letters, or written from its end, is still that word', () => {
  const made = [
    ...[
      'm@nchester',
      'm4nchester',
      'manch3ster',
      'manche$ter',
      'manche5ter',
      'manches7er',
      'f1orence',
      'p|nkfloyd',
    ],
    ...['l!verpool', 'l1verp00l', 'retsehcnam'].map((word) => `${word}1987`),
  ]
  assert.deepEqual(common(made), made)
})

test('a word twice, with signs between or cut off at the end, is that word', () => {
  const made = [
    'spongebobspongebob',
    'spongebob1spongebob2',
    'spongebob-spongebob-spong',
    'liverpoolliverpoolliver',
  ]
  assert.deepEqual(common(made), made)
  assert.deepEqual(
    common(['spongebob48!spongeb']),
    [],
    'once and a half, with a number of one’s own',
  )
})

test('up to three of the words that are tried first are one guess, a fourth makes a sentence', () => {
  assert.deepEqual(
    common(['supersecretpassword', 'monkey-dragon-love', 'masterlovemonkey']).length,
    3,
  )
  assert.deepEqual(common(['monkeydragonmasterlove']), [])
})

test('what stands around a word must be more than five digits of guessing', () => {
  assert.deepEqual(
    common(['liverpool48213', '48213liverpool', 'liverpool!?!?!', 'liverpool48213']).length,
    4,
  )
  assert.deepEqual(common(['liverpool482136', '482liverpool136', 'liverpool!?!?!?']), [])
  assert.deepEqual(common(['liverpool48213!!', 'liver!!pool!!']), ['liver!!pool!!'])
})

test('dates are guessed whole, however they are written', () => {
  // Four signs of one’s own beside them, so that a date may count as one guess and no more.
  const around = (date: string) => `;)#?liverpool${date}`
  const dates =
    '1987 2024 31121987 25121987 9121987 2591987 25091987 311287 010199 30102024 19871231 20240101 20241129'
  for (const date of dates.split(' ')) assert.equal(isCommonPassword(around(date)), true, date)
  const numbers =
    '4821987 1987316 39121987 31131987 35121987 20242131 20241249 18991231 9920241231 2024123199 25121887 251219871'
  for (const number of numbers.split(' '))
    assert.equal(isCommonPassword(around(number)), false, number)
})

test('few different signs are no password, whatever their order; four in an order of one’s own may be', () => {
  assert.deepEqual(common(['жщжжщщэжэщщж', 'ф1ъщщ1ф1ъфщъ']), ['жщжжщщэжэщщж'])
})

test('what is longer than anything that is listed is read only for repetitions', () => {
  assert.equal(isCommonPassword(`liverpool${'!'.repeat(55)}`), true)
  assert.equal(isCommonPassword(`liverpool${'!'.repeat(56)}`), false)
  assert.equal(isCommonPassword('liverpool'.repeat(20)), true)
})
