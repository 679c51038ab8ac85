import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '#server/core/clock.ts'
import {
  hashToken,
  isToken,
  newCode,
  newToken,
  parseCode,
  sameSecret,
} from '#server/core/keys/secrets.ts'

test('a token has 256 bits, fits into a link, and is never made twice', () => {
  const tokens = Array.from({ length: 1000 }, newToken)
  assert.equal(new Set(tokens).size, 1000)
  assert.ok(
    tokens.every((token) => isToken(token) && Buffer.from(token, 'base64url').length === 32),
  )
})

test('a text that cannot be a token is recognised without the database', () => {
  const token = newToken()
  for (const other of [
    token.slice(1),
    `${token}A`,
    `${token}\n`,
    token.replace(/^./, '/'),
    '',
    null,
    [token],
    undefined,
  ]) {
    assert.equal(isToken(other), false)
  }
})

test('all codes of a length are equally likely, leading zeros included', () => {
  const counts = Array.from({ length: 10 }, () => 0)
  for (let round = 0; round < 20_000; round += 1) {
    const code = newCode(6)
    assert.match(code, /^[0-9]{6}$/)
    counts[Number(code[0])] = (counts[Number(code[0])] ?? 0) + 1
  }
  // 2,000 are expected of each first digit, with a standard deviation of 42.
  assert.ok(
    counts.every((count) => Math.abs(count - 2000) < 300),
    counts.join(),
  )
  assert.match(newCode(8), /^[0-9]{8}$/)
})

test('a code is read with the blanks, dashes and wide digits that people paste', () => {
  for (const typed of [
    '012345',
    ' 012345\n',
    '012 345',
    '012-345',
    '０１２３４５',
    '012\u00a0345',
    '\u200e012345\u200f',
  ]) {
    assert.equal(parseCode(typed, 6), '012345', JSON.stringify(typed))
  }
})

test('a text of another length or with other signs is no code', () => {
  for (const typed of [
    '',
    '12345',
    '1234567',
    '12345a',
    '١٢٣٤٥٦',
    null,
    undefined,
    ['012345'],
    '0'.repeat(100),
    '1e5000',
  ]) {
    assert.equal(parseCode(typed, 6), null, JSON.stringify(typed))
  }
})

test('the database keeps the SHA-256 of a token', () => {
  assert.equal(
    hashToken('abc').toString('hex'),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
})

test('two secrets are the same only if every byte is', () => {
  const bytes = (text: string) => Buffer.from(text)
  assert.equal(sameSecret(bytes('abcd'), bytes('abcd')), true)
  assert.equal(sameSecret(bytes('abcd'), bytes('abce')), false)
  assert.equal(sameSecret(bytes('abcd'), bytes('abc')), false)
})

test('a code is refused above sixty-four typed signs', () => {
  assert.equal(parseCode(`${' '.repeat(58)}123456`, 6), '123456')
  assert.equal(parseCode(`${' '.repeat(59)}123456`, 6), null)
})

test('the system clock tells the time of the machine', () => {
  const [before, now, after] = [Date.now(), systemClock.now().getTime(), Date.now()]
  assert.ok(before <= now && now <= after)
})
