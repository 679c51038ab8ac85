import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isWalk, onLatinKeys } from '#server/core/passwords/keyboard.ts'

const walks = (texts: string) => texts.split(' ').filter(isWalk).join(' ')

test('a word typed on the Cyrillic keyboard becomes the Latin signs of the same keys', () => {
  assert.equal(onLatinKeys('пароль'), 'gfhjkm')
  assert.equal(onLatinKeys('Ёлка'), '`krf')
  assert.equal(
    onLatinKeys('ёйцукенгшщзхъфывапролджэячсмитьбю'),
    "`qwertyuiop[]asdfghjkl;'zxcvbnm,.",
  )
  assert.equal(onLatinKeys('іў'), 'so', 'Belarusian letters')
  assert.equal(onLatinKeys('abc 123'), 'abc 123')
})

test('a straight way along the rows of keys is a walk, also with Shift and in Cyrillic', () => {
  const texts =
    'qwerty poiuyt asdfgh ;lkjhg zxcvbn ,./ 90-= []\\ ~!@# {}| )_+ <>? :" йцукен фывапр ячсмит ' +
    '123qweasd qwe'
  assert.equal(walks(texts), texts.replace(' :"', ''))
})

test('a straight way along the alphabet or over the number pad is a walk', () => {
  const texts = 'abcdef FEDCBA aaaa абвгд 147 7410 159 753 147258369 789 456 963 0147 014'
  assert.equal(walks(texts), texts)
})

test('steps between neighbouring keys are a walk, even to and fro', () => {
  const texts = '1q2w 1q2w3e4r5t 1qaz 2wsx zaq1 mju7 ababab abab jhjhkjkl'
  assert.equal(walks(texts), texts)
})

test('a text is a walk if three of four signs keep one direction', () => {
  assert.equal(walks('abcp abcdxq abkl qwep wewl qwertyzp'), 'abcp qwep qwertyzp')
})

test('words, names, ordinary numbers and texts below three signs are no walk', () => {
  const own =
    'horse lamp river kavalenka 48213 4821367 wowo 1a1a q1p0 761 łąźć ñéñé вёска возера ab 12 a'
  assert.equal(walks(own), '')
  assert.equal(isWalk(''), false)
})
