import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chainStart, keyIdOfLink, linkHash, sortedPairs } from '#server/core/keys/hash-chain.ts'
import { createKeyring } from '#server/core/keys/keyring.ts'

const [older, newer] = [
  'old-key-0123456789abcdefghijklmnopqrstuv',
  'new-key-vutsrqponmlkjihgfedcba9876543210',
]
const before = createKeyring([older])
const fields = [chainStart.toString('hex'), 'phone.added', [['device', 'Firefox']]]

test('an entry of the history is linked to the one before it, and the first to a fixed start', () => {
  assert.deepEqual(chainStart, Buffer.alloc(32))
  const first = linkHash(before, before.newestKeyId, 'activity', fields)
  assert.equal(first.length, 36)
  const second = linkHash(before, before.newestKeyId, 'activity', [
    first.toString('hex'),
    ...fields.slice(1),
  ])
  assert.notDeepEqual(second, first)
  assert.deepEqual(linkHash(before, before.newestKeyId, 'activity', [...fields]), first)
})

test('nobody moves an entry of one history into another', () => {
  const link = (purpose: string) => linkHash(before, before.newestKeyId, purpose, fields)
  assert.notDeepEqual(link('activity'), link('audit'))
})

test('an entry names its key, so that it can be checked after a rotation and not once the key is gone', () => {
  const link = linkHash(before, before.newestKeyId, 'activity', fields)
  assert.equal(keyIdOfLink(link), before.newestKeyId)
  assert.deepEqual(
    linkHash(createKeyring([newer, older]), keyIdOfLink(link), 'activity', fields),
    link,
  )
  assert.throws(
    () => linkHash(createKeyring([newer]), keyIdOfLink(link), 'activity', fields),
    /not listed any more/,
  )
})

test('details are signed in one order, however the database gives them back', () => {
  const pairs = [
    ['device', 'Firefox'],
    ['method', 'phone'],
    ['place', 'Minsk'],
  ]
  assert.deepEqual(sortedPairs({ place: 'Minsk', device: 'Firefox', method: 'phone' }), pairs)
  assert.deepEqual(sortedPairs({ method: 'phone', place: 'Minsk', device: 'Firefox' }), pairs)
})
