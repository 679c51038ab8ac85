import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { claim, claimedValues, findHolder, rekeyClaims, release } from '#server/claims/store.ts'
import { createKeyring } from '#server/core/keyring.ts'
import { createTestDatabase, type TestDatabase } from './support/database.ts'

let database: TestDatabase
before(async () => {
  database = await createTestDatabase()
})
after(() => database.drop())

const oldKey = 'old-key-0123456789abcdefghijklmnopqrstuv'
const newKey = 'new-key-vutsrqponmlkjihgfedcba9876543210'
const before_ = createKeyring([oldKey])
const during = createKeyring([newKey, oldKey])
const since = createKeyring([newKey])
const at = new Date('2026-01-01T00:00:00Z')

async function account(): Promise<string> {
  const id = randomUUID()
  await database.db('accounts').insert({
    id,
    address: `${id}@postern.example`,
    password_verifier: '',
    password_changed_at: at,
    created_at: at,
  })
  return id
}

const take = (keyring: typeof during, accountId: string, value: string) =>
  database.db.transaction((trx) => claim(trx, keyring, { kind: 'phone', value, accountId }, at))

test('a hundred accounts want one phone at once: one has it', async () => {
  const accounts = await Promise.all(Array.from({ length: 100 }, account))
  const outcomes = await Promise.all(accounts.map((id) => take(during, id, '+375291111111')))
  assert.equal(outcomes.filter((each) => each === 'claimed').length, 1)
  const holder = await findHolder(database.db, during, 'phone', '+375291111111')
  assert.equal(holder, accounts[outcomes.indexOf('claimed')])
})

test('who holds a thing may claim it again, and a released one is free for others', async () => {
  const [first, second] = [await account(), await account()]
  assert.equal(await take(during, first, '+375292222222'), 'claimed')
  assert.equal(await take(during, first, '+375292222222'), 'claimed')
  assert.equal(await take(during, second, '+375292222222'), 'taken')
  await database.db.transaction((trx) => release(trx, during, { kind: 'phone', accountId: first }))
  assert.equal(await take(during, second, '+375292222222'), 'claimed')
})

test('a thing stays unique while keys are rotated, whoever knows which of them', async () => {
  const [first, second, third] = [await account(), await account(), await account()]
  assert.equal(await take(before_, first, '+375293333333'), 'claimed')
  assert.equal(await take(during, second, '+375293333333'), 'taken')
  assert.equal(await take(during, second, '+375294444444'), 'claimed')
  assert.equal(await take(before_, third, '+375294444444'), 'taken')
  for (;;) {
    const moved = await database.db.transaction((trx) => rekeyClaims(trx, during, 7))
    if (moved === 0) break
  }
  assert.equal(await take(since, third, '+375293333333'), 'taken')
  assert.equal(await findHolder(database.db, since, 'phone', '+375294444444'), second)
  assert.deepEqual(await claimedValues(database.db, since, 'phone', first), ['+375293333333'])
  const { rows } = await database.db.raw('select count(*)::int as n from claims where key_id <> ?', [since.newestKeyId])
  assert.equal(rows[0].n, 0)
})

test('a refused claim leaves the transaction usable and nothing behind', async () => {
  const [first, second] = [await account(), await account()]
  await take(during, first, '+375295555555')
  await database.db.transaction(async (trx) => {
    assert.equal(await claim(trx, during, { kind: 'phone', value: '+375295555555', accountId: second }, at), 'taken')
    assert.equal(await claim(trx, during, { kind: 'phone', value: '+375296666666', accountId: second }, at), 'claimed')
  })
  assert.deepEqual(await claimedValues(database.db, during, 'phone', second), ['+375296666666'])
})

test('a copy of the table shows no phone', async () => {
  const { rows } = await database.db.raw('select row_to_json(c)::text as text from claims c')
  for (const { text } of rows) assert.doesNotMatch(text, /3752\d/)
})
