import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import {
  claim,
  claimedValues,
  findClaimed,
  findClaimOwner,
  rekeyClaims,
  release,
} from '#server/accounts/claims/store.ts'
import { createKeyring } from '#server/core/keys/keyring.ts'
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts'

let database: TestDatabase
before(async () => {
  database = await createTestDatabase()
})
after(() => database.drop())

const oldKey = 'old-key-0123456789abcdefghijklmnopqrstuv'
const newKey = 'new-key-vutsrqponmlkjihgfedcba9876543210'
const withOldKey = createKeyring([oldKey])
const withBoth = createKeyring([newKey, oldKey])
const withNewKey = createKeyring([newKey])
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

async function everybody(howMany: number): Promise<string[]> {
  const ids: string[] = []
  while (ids.length < howMany) ids.push(await account())
  return ids
}

const take = (keyring: typeof withBoth, accountId: string, value: string) =>
  database.db.transaction((trx) => claim(trx, keyring, { kind: 'phone', value, accountId }, at))

/** Works for as many people at once as there are connections. */
async function crowd<T>(
  people: readonly string[],
  work: (id: string, nth: number) => Promise<T>,
): Promise<T[]> {
  const line = people.entries()
  const outcomes: T[] = []
  const serve = async () => {
    for (const [nth, id] of line) outcomes[nth] = await work(id, nth)
  }
  await Promise.all(Array.from({ length: 8 }, serve))
  return outcomes
}

async function untilOneWaits(): Promise<void> {
  const waits = `select 1 from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`
  for (let look = 0; (await database.db.raw(waits)).rowCount === 0; look += 1)
    assert.ok(look < 1000, 'nobody waits for the row')
}

test('of a hundred accounts that claim one phone at once, one gets it', async () => {
  const accounts = await everybody(100)
  const outcomes = await crowd(accounts, (id) => take(withBoth, id, '+375291111111'))
  assert.equal(outcomes.filter((each) => each === 'claimed').length, 1)
  const holder = await findClaimOwner(database.db, withBoth, 'phone', '+375291111111')
  assert.equal(holder, accounts[outcomes.indexOf('claimed')])
})

test('an account may repeat its claim, and a released value is free for others', async () => {
  const [first, second] = [await account(), await account()]
  assert.equal(await take(withBoth, first, '+375292222222'), 'claimed')
  assert.equal(await take(withBoth, first, '+375292222222'), 'claimed')
  assert.equal(await take(withBoth, second, '+375292222222'), 'taken')
  await database.db.transaction((trx) =>
    release(trx, withBoth, { kind: 'phone', accountId: first }),
  )
  assert.equal(await take(withBoth, second, '+375292222222'), 'claimed')
})

test('a value stays unique during a rotation of keys, in processes with either key', async () => {
  const [first, second, third] = [await account(), await account(), await account()]
  assert.equal(await take(withOldKey, first, '+375293333333'), 'claimed')
  assert.equal(await take(withBoth, second, '+375293333333'), 'taken')
  assert.equal(await take(withBoth, second, '+375294444444'), 'claimed')
  assert.equal(await take(withOldKey, third, '+375294444444'), 'taken')
  for (;;) {
    const moved = await database.db.transaction((trx) => rekeyClaims(trx, withBoth, 7))
    if (moved === 0) break
  }
  assert.equal(await take(withNewKey, third, '+375293333333'), 'taken')
  assert.equal(await findClaimOwner(database.db, withNewKey, 'phone', '+375294444444'), second)
  assert.deepEqual(await claimedValues(database.db, withNewKey, 'phone', first), ['+375293333333'])
  const { rows } = await database.db.raw(
    'select count(*)::int as n from claims where key_id <> ?',
    [withNewKey.newestKeyId],
  )
  assert.equal(rows[0].n, 0)
})

test('a refused claim leaves the transaction usable and nothing behind', async () => {
  const [first, second] = [await account(), await account()]
  await take(withBoth, first, '+375295555555')
  await database.db.transaction(async (trx) => {
    assert.equal(
      await claim(trx, withBoth, { kind: 'phone', value: '+375295555555', accountId: second }, at),
      'taken',
    )
    assert.equal(
      await claim(trx, withBoth, { kind: 'phone', value: '+375296666666', accountId: second }, at),
      'claimed',
    )
  })
  assert.deepEqual(await claimedValues(database.db, withBoth, 'phone', second), ['+375296666666'])
})

test('processes that list the keys in different orders claim without a deadlock', async () => {
  const { db } = database
  const [value, holder] = ['+375297000000', await account()]
  const digests = withBoth.digests('claims.phone', value).sort(Buffer.compare)
  const [lower, higher] = digests as [Buffer, Buffer]
  const listsHigherFirst = withBoth.digest('claims.phone', value).equals(higher)
    ? withBoth
    : createKeyring([oldKey, newKey])
  const row = { kind: 'phone', account_id: holder, value_sealed: 'x', key_id: 'x', claimed_at: at }
  const [slow, other] = [await db.transaction(), await db.transaction()]
  await slow('claims').insert({ ...row, digest: lower })
  const waiting = take(listsHigherFirst, await account(), value)
  try {
    await untilOneWaits()
    await other.raw("set local lock_timeout = '500ms'")
    await other('claims').insert({ ...row, digest: higher })
  } finally {
    await other.rollback()
    await slow.rollback()
  }
  assert.equal(await waiting, 'claimed')
})

test('releasing one value keeps all other claims, of the account and of others', async () => {
  const [first, second] = [await account(), await account()]
  const { db } = database
  await db.transaction((trx) =>
    claim(
      trx,
      withBoth,
      { kind: 'backup-address', value: 'a@elsewhere.example', accountId: first },
      at,
    ),
  )
  for (const value of ['+375298000001', '+375298000002']) await take(withBoth, first, value)
  await take(withBoth, second, '+375298000003')
  const phone = { kind: 'phone', accountId: first } as const
  await db.transaction((trx) => release(trx, withBoth, { ...phone, value: '+375298000001' }))
  await db.transaction((trx) => release(trx, withBoth, { ...phone, value: '+375298000003' }))
  assert.deepEqual(await claimedValues(db, withBoth, 'phone', first), ['+375298000002'])
  await db.transaction((trx) => release(trx, withBoth, phone))
  assert.deepEqual(await claimedValues(db, withBoth, 'phone', first), [])
  assert.deepEqual(await claimedValues(db, withBoth, 'backup-address', first), [
    'a@elsewhere.example',
  ])
  assert.deepEqual(await claimedValues(db, withBoth, 'phone', second), ['+375298000003'])
})

test('one query finds which of many values are claimed', async () => {
  const owner = await account()
  const { db } = database
  const claimed = ['anna.k', 'anna.kavalenka']
  for (const value of claimed)
    await db.transaction((trx) =>
      claim(trx, withBoth, { kind: 'login', value, accountId: owner }, at),
    )
  assert.deepEqual(
    await findClaimed(db, withBoth, 'login', [...claimed, 'anna.k7']),
    new Set(claimed),
  )
  assert.deepEqual(await findClaimed(db, withBoth, 'login-look-alike', claimed), new Set())
  assert.equal(await findClaimOwner(db, withBoth, 'login', 'anna.k'), owner)
  assert.equal(await findClaimOwner(db, withBoth, 'login-look-alike', 'anna.k'), undefined)
})

test('equal values of two kinds are two claims, and look unequal in the table', async () => {
  const [first, second] = [await account(), await account()]
  const text = 'same.text'
  await database.db.transaction((trx) =>
    claim(trx, withBoth, { kind: 'login', value: text, accountId: first }, at),
  )
  const other = { kind: 'login-look-alike', value: text, accountId: second } as const
  assert.equal(await database.db.transaction((trx) => claim(trx, withBoth, other, at)), 'claimed')
  const rows = await database
    .db('claims')
    .whereIn('account_id', [first, second])
    .select('digest', 'key_id')
  assert.equal(new Set(rows.map((row) => row.digest.toString('hex'))).size, 4)
  const underKey = (id: string) => rows.filter((row) => row.key_id === id).length
  assert.deepEqual(withBoth.keyIds.map(underKey), [2, 2], 'each row names the key of its digest')
  const byKey = await database
    .db('claims')
    .where({ account_id: first, key_id: withNewKey.newestKeyId })
    .first('digest')
  assert.deepEqual(byKey.digest, withNewKey.digest('claims.login', text))
})

test('a claim under an older key is readable during a rotation of keys', async () => {
  const holder = await account()
  await take(withOldKey, holder, '+375298100000')
  assert.deepEqual(await claimedValues(database.db, withBoth, 'phone', holder), ['+375298100000'])
  assert.equal(await findClaimOwner(database.db, withBoth, 'phone', '+375298100000'), holder)
  assert.equal(await findClaimOwner(database.db, withBoth, 'phone', '+375298100001'), undefined)
})

test('a copy of the claims table shows no phone', async () => {
  const { rows } = await database.db.raw('select row_to_json(c)::text as text from claims c')
  for (const { text } of rows) assert.doesNotMatch(text, /3752\d/)
})

test('a value claimed while it is released belongs to whom it was promised', async () => {
  const accounts = await Promise.all(Array.from({ length: 4 }, account))
  const value = '+375297777777'
  await Promise.all(
    accounts.map(async (accountId) => {
      for (let round = 0; round < 60; round++) {
        const holds = await database.db.transaction(async (trx) => {
          const outcome = await claim(trx, withBoth, { kind: 'phone', value, accountId }, at)
          const held = await trx('claims').where({ kind: 'phone', account_id: accountId })
          return { outcome, rows: held.length }
        })
        assert.equal(holds.rows, holds.outcome === 'claimed' ? withBoth.keyIds.length : 0)
        await database.db.transaction((trx) => release(trx, withBoth, { kind: 'phone', accountId }))
      }
    }),
  )
})
