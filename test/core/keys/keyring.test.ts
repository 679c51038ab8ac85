import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { createKeyring, SealError } from '#server/core/keys/keyring.ts'

const key = () => randomBytes(32).toString('base64url')
const [older, newer] = [key(), key()]

test('any sealed text opens again', () => {
  const keyring = createKeyring([newer])
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      assert.equal(keyring.open('contact', keyring.seal('contact', text)), text)
    }),
  )
})

test('two seals of one text differ, and neither shows the text', () => {
  const keyring = createKeyring([newer])
  const [one, two] = [
    keyring.seal('contact', '+375291234567'),
    keyring.seal('contact', '+375291234567'),
  ]
  assert.notEqual(one, two)
  assert.ok(!one.includes('375291234567'))
  assert.ok(!Buffer.from(one.split('.')[2] ?? '', 'base64url').includes('375291234567'))
})

test('what was made for one purpose is worthless for any other', () => {
  const keyring = createKeyring([newer])
  assert.throws(() => keyring.open('undo', keyring.seal('recovery', 'a secret')), SealError)
  assert.notDeepEqual(keyring.digest('recovery', 'a secret'), keyring.digest('undo', 'a secret'))
  assert.notDeepEqual(keyring.digest('a', 'b:c'), keyring.digest('a:b', 'c'))
})

test('a sealed text that was changed anywhere does not open', () => {
  const keyring = createKeyring([newer])
  const sealed = keyring.seal('contact', 'anna@example.org')
  const last = sealed.length - 1
  fc.assert(
    fc.property(fc.nat(last), fc.constantFrom(...'AZaz09-_.='), (place, sign) => {
      fc.pre(sealed[place] !== sign)
      assert.throws(
        () => keyring.open('contact', sealed.slice(0, place) + sign + sealed.slice(place + 1)),
        SealError,
      )
    }),
  )
  for (let cut = 0; cut <= last; cut += 1) {
    assert.throws(() => keyring.open('contact', sealed.slice(0, cut)), SealError, `cut to ${cut}`)
  }
})

test('a sealed text has one spelling, and no other opens', () => {
  const keyring = createKeyring([newer])
  const sealed = keyring.seal('contact', 'ab')
  assert.throws(() => keyring.open('contact', `${sealed}=`), SealError)
  assert.throws(() => keyring.open('contact', `${sealed}\n`), SealError)
  // 31 bytes: the last letter carries unused bits.
  const odd = keyring.seal('contact', 'abc')
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const next = alphabet[(alphabet.indexOf(odd.at(-1) ?? '') + 1) % 64]
  assert.deepEqual(Buffer.from(odd.split('.')[2] ?? '', 'base64url').length, 31)
  assert.deepEqual(
    Buffer.from((odd.split('.')[2] ?? '').slice(0, -1) + next, 'base64url').length,
    31,
  )
  assert.throws(() => keyring.open('contact', odd.slice(0, -1) + next), SealError)
})

test('opening any unsealed text throws a SealError', () => {
  const keyring = createKeyring([newer])
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.stringMatching(/^v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]*$/)),
      (text) => {
        assert.throws(() => keyring.open('contact', text), SealError)
      },
    ),
  )
})

test('after a rotation old values are found and opened, and new ones use the newest key', () => {
  const before = createKeyring([older])
  const after = createKeyring([newer, older])
  const sealed = before.seal('contact', 'anna@example.org')
  assert.equal(after.open('contact', sealed), 'anna@example.org')
  assert.deepEqual(after.digests('contact', 'anna'), [
    createKeyring([newer]).digest('contact', 'anna'),
    before.digest('contact', 'anna'),
  ])
  assert.deepEqual(after.digest('contact', 'anna'), after.digests('contact', 'anna')[0])
  assert.equal(after.keyIdOf(sealed), before.newestKeyId)
  assert.equal(after.keyIdOf(after.seal('contact', 'x')), after.newestKeyId)
  assert.notEqual(after.newestKeyId, before.newestKeyId)
  assert.deepEqual(after.keyIds, [after.newestKeyId, before.newestKeyId])
})

test('a key that is no longer listed opens nothing and digests nothing', () => {
  const sealed = createKeyring([older]).seal('contact', 'anna@example.org')
  const keyring = createKeyring([newer])
  assert.throws(() => keyring.open('contact', sealed), SealError)
  assert.equal(keyring.digestUnder(keyring.keyIdOf(sealed), 'contact', 'anna'), null)
  assert.deepEqual(
    keyring.digestUnder(keyring.newestKeyId, 'contact', 'anna'),
    keyring.digest('contact', 'anna'),
  )
})

test('the id of a key reveals nothing of the key', () => {
  const keyring = createKeyring([newer])
  assert.match(keyring.newestKeyId, /^[0-9a-f]{8}$/)
  assert.ok(!newer.includes(keyring.newestKeyId))
  assert.equal(
    createKeyring([newer]).newestKeyId,
    keyring.newestKeyId,
    'and it is the same in every process',
  )
})

test('a keyring needs at least one key, and none of them twice', () => {
  assert.throws(() => createKeyring([]), /needs at least one secret key/)
  assert.throws(() => createKeyring([newer, older, newer]), /listed twice/)
})

test('asking for the key of an unsealed text throws a SealError', () => {
  assert.throws(() => createKeyring([newer]).keyIdOf('v1.zzzzzzzz.abc'), {
    name: 'SealError',
    message: 'not a sealed value',
  })
})

test('values of an earlier release are still found and opened', () => {
  // Made on 2026-11-22. Another derivation of keys would lose every contact of every mailbox.
  const keyring = createKeyring(['old-key-0123456789abcdefghijklmnopqrstuv'])
  assert.equal(keyring.newestKeyId, 'aa932508')
  assert.equal(
    keyring.digest('claims.phone', '+375291234567').toString('hex'),
    'fe3cf34afdbe92ca2129f8e369cae447e36b96dbdfb340e5a6cca047dddee90d',
  )
  const sealed = 'v1.aa932508.w-caOPaK5-osXQI2kGqJrgRIR180YJw7QRj0a_i9QpD2lJe-B1ngo2ckbrHm'
  assert.equal(keyring.open('claims.phone', sealed), 'Anna Каваль')
})

test('a SealError says why the value does not open', () => {
  const sealed = createKeyring([older]).seal('contact', 'anna@example.org')
  const reason = (text: string, purpose = 'contact', keyring = createKeyring([newer, older])) => {
    try {
      return keyring.open(purpose, text)
    } catch (fault) {
      return fault instanceof SealError ? fault.message : fault
    }
  }
  assert.equal(reason(`${sealed}=`), 'not a sealed value')
  assert.equal(
    reason(sealed, 'contact', createKeyring([newer])),
    'sealed under a key that is not listed',
  )
  assert.equal(reason(sealed, 'undo'), 'does not open under its key and purpose')
  assert.equal(reason(`x${sealed}`), 'not a sealed value')
})
