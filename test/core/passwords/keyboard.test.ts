import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isWalk, onLatinKeys } from '#server/core/passwords/keyboard.ts'

const walks = (texts: string) => texts.split(' ').filter(isWalk).join(' ')

test('a word typed on the other keyboard is the same keys', () => {
  assert.equal(onLatinKeys('пароль'), 'gfhjkm')
  assert.equal(onLatinKeys('Ёлка'), '`krf')
  assert.equal(
    onLatinKeys('ёйцукенгшщзхъфывапролджэячсмитьбю'),
    "`qwertyuiop[]asdfghjkl;'zxcvbnm,.",
  )
  assert.equal(onLatinKeys('іў'), 'so', 'Belarusian letters')
  assert.equal(onLatinKeys('abc 123'), 'abc 123')
})

test('straight on along the rows, with Shift and on the other keyboard too', () => {
  const texts =
    'qwerty poiuyt asdfgh ;lkjhg zxcvbn ,./ 90-= []\\ ~!@# {}| )_+ <>? :" йцукен фывапр ячсмит 123qweasd qwe'
  assert.equal(walks(texts), texts.replace(' :"', ''))
})

test('straight on along the alphabet and down the number pad', () => {
  const texts = 'abcdef FEDCBA aaaa абвгд 147 7410 159 753 147258369 789 456 963 0147 014'
  assert.equal(walks(texts), texts)
})

test('from neighbour to neighbour, even to and fro', () => {
  const texts = '1q2w 1q2w3e4r5t 1qaz 2wsx zaq1 mju7 ababab abab jhjhkjkl'
  assert.equal(walks(texts), texts)
})

test('three signs out of four in one direction are a walk, fewer are not', () => {
  assert.equal(walks('abcp abcdxq abkl qwep wewl qwertyzp'), 'abcp qwep qwertyzp')
})

test('words, names and numbers of one’s own are no walk, nor is what has no three signs', () => {
  const own =
    'horse lamp river kavalenka 48213 4821367 wowo 1a1a q1p0 761 łąźć ñéñé вёска возера ab 12 a'
  assert.equal(walks(own), '')
  assert.equal(isWalk(''), false)
})
