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

const common = (passwords: readonly string[]) => passwords.filter(isCommonPassword)

test('the list of common passwords has at least 100,000 entries', () => {
  assert.ok(listLength() >= 100_000, String(listLength()))
  assert.equal(listLength() * RECORD_BYTES, statSync(LIST_FILE).size)
})

test('a listed word is found, and is marked if guessing starts with it', () => {
  assert.deepEqual([isListed('password'), isVeryCommon('password')], [true, true])
  assert.deepEqual([isListed('spongebob'), isVeryCommon('spongebob')], [true, false])
  // The first fingerprint is above all of the list, the second below all.
  for (const own of ['own word 74298', 'own word 54696'])
    assert.equal(isListed(own) || isVeryCommon(own), false)
})

test('a listed word is common in upper case and with years or signs beside it', () => {
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

test('a listed word is common backwards and with signs that look like its letters', () => {
  const made = [
    'm@nchester',
    'm4nchester',
    'manch3ster',
    'manche$ter',
    'manche5ter',
    'manches7er',
    'f1orence',
    'p|nkfloyd',
    ...['l!verpool', 'l1verp00l', 'retsehcnam'].map((word) => `${word}1987`),
  ]
  assert.deepEqual(common(made), made)
})

test('a listed word is common when it is repeated, with signs between or cut at the end', () => {
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

test('up to three very common words in a row are common, four are not', () => {
  assert.deepEqual(
    common(['supersecretpassword', 'monkey-dragon-love', 'masterlovemonkey']).length,
    3,
  )
  assert.deepEqual(common(['monkeydragonmasterlove']), [])
})

test('a listed word needs more than five digits of guessing around it', () => {
  assert.deepEqual(
    common(['liverpool48213', '48213liverpool', 'liverpool!?!?!', 'liverpool48213']).length,
    4,
  )
  assert.deepEqual(common(['liverpool482136', '482liverpool136', 'liverpool!?!?!?']), [])
  assert.deepEqual(common(['liverpool48213!!', 'liver!!pool!!']), ['liver!!pool!!'])
})

test('a date beside a listed word counts as one guess, however it is written', () => {
  // Four more signs: the date may then count as one guess only.
  const around = (date: string) => `;)#?liverpool${date}`
  const dates =
    '1987 2024 31121987 25121987 9121987 2591987 25091987 311287 010199 30102024 19871231 ' +
    '20240101 20241129'
  for (const date of dates.split(' ')) assert.equal(isCommonPassword(around(date)), true, date)
  const numbers =
    '4821987 1987316 39121987 31131987 35121987 20242131 20241249 18991231 9920241231 ' +
    '2024123199 25121887 251219871'
  for (const number of numbers.split(' '))
    assert.equal(isCommonPassword(around(number)), false, number)
})

test('a password of fewer than four different signs is common, whatever their order', () => {
  assert.deepEqual(common(['жщжжщщэжэщщж', 'ф1ъщщ1ф1ъфщъ']), ['жщжжщщэжэщщж'])
})

test('a password above sixty-four signs is common only as a repetition', () => {
  assert.equal(isCommonPassword(`liverpool${'!'.repeat(55)}`), true)
  assert.equal(isCommonPassword(`liverpool${'!'.repeat(56)}`), false)
  assert.equal(isCommonPassword('liverpool'.repeat(20)), true)
})
