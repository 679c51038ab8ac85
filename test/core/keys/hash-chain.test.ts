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

test('each link of a chain covers the link before it, and the first one a fixed start', () => {
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

test('a link of one chain is not valid in another chain', () => {
  const link = (purpose: string) => linkHash(before, before.newestKeyId, purpose, fields)
  assert.notDeepEqual(link('activity'), link('audit'))
})

test('a link of a chain names its key, and is verified while that key is listed', () => {
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

test('details are chained in one order, however the database returns them', () => {
  const pairs = [
    ['device', 'Firefox'],
    ['method', 'phone'],
    ['place', 'Minsk'],
  ]
  assert.deepEqual(sortedPairs({ place: 'Minsk', device: 'Firefox', method: 'phone' }), pairs)
  assert.deepEqual(sortedPairs({ method: 'phone', place: 'Minsk', device: 'Firefox' }), pairs)
})
