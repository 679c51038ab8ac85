import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createKeyring } from '#server/core/keys/keyring.ts'
import { openSignedToken, signToken } from '#server/core/keys/signed-token.ts'

const [older, newer] = [
  'old-key-0123456789abcdefghijklmnopqrstuv',
  'new-key-vutsrqponmlkjihgfedcba9876543210',
]
const keyring = createKeyring([newer])
const open = (token: unknown, purpose = 'report') => openSignedToken(keyring, purpose, token)

test('a signed link carries its value, and is the same whenever it is made', () => {
  const token = signToken(keyring, 'report', 'R-2026-000417')
  assert.match(token, /^[A-Za-z0-9_-]+$/)
  assert.equal(open(token), 'R-2026-000417')
  assert.equal(signToken(keyring, 'report', 'R-2026-000417'), token)
  assert.equal(open(signToken(keyring, 'report', 'x')), 'x', 'the shortest there is')
  const longest = 'x'.repeat(100)
  assert.equal(open(signToken(keyring, 'report', longest)), longest)
})

test('a signed link of one purpose opens nothing of another', () => {
  assert.equal(open(signToken(keyring, 'appeal', 'R-2026-000417')), undefined)
})

test('a signed link that was changed anywhere opens nothing', () => {
  const token = signToken(keyring, 'report', 'R-2026-000417')
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom(...'AZaz09-_'), (place, sign) => {
      fc.pre(token[place] !== sign)
      assert.equal(open(token.slice(0, place) + sign + token.slice(place + 1)), undefined)
    }),
  )
})

test('a text that is no signed link opens nothing and throws nothing', () => {
  const token = signToken(keyring, 'report', 'R-1')
  const others = [
    `${token}=`,
    `${token}\n`,
    ` ${token}`,
    token.slice(0, 30),
    '',
    'A'.repeat(300),
    undefined,
    [token],
    7,
  ]
  for (const other of others) assert.equal(open(other), undefined, JSON.stringify(other))
  // 24 bytes of signature, and nothing signed.
  assert.equal(open(signToken(keyring, 'report', '')), undefined)
})

test('a signed link opens after a rotation, until its key is gone', () => {
  const token = signToken(createKeyring([older]), 'report', 'R-2026-000417')
  assert.equal(openSignedToken(createKeyring([newer, older]), 'report', token), 'R-2026-000417')
  assert.equal(open(token), undefined)
})

test('a signed link of an earlier release still opens', () => {
  const lastYears = 'hJXV3AkmnrmlT7mjMst58yaaiQViTlsjUi0yMDI2LTAwMDQxNw'
  assert.equal(openSignedToken(createKeyring([older]), 'report', lastYears), 'R-2026-000417')
})
