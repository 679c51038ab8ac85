import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import {
  type AccountProof,
  firstEpoch,
  lockAccount,
} from '#server/accounts/accounts/change-account.ts'
import { insertSession } from '#server/accounts/sessions/store.ts'
import { hashToken } from '#server/core/keys/secrets.ts'
import { blockAccount, unblockAccount } from '#test/support/account-lock.ts'
import { at, startContactTrial } from '#test/support/recovery/contact-trial.ts'

const trial = await startContactTrial()
after(() => trial.stop())
const { db, within, newAccount } = trial

const lockedBy = async (proof: AccountProof, reset?: 'allowed') =>
  (await within((trx) => lockAccount(trx, proof, reset))).kind

const update = (id: string, what: object) => db('accounts').where({ id }).update(what)

test('a proof of an earlier epoch or for a shut account changes nothing', async () => {
  const accountId = await newAccount()
  const inEpoch = (epoch: number) => lockedBy({ accountId, epoch })
  assert.equal(await inEpoch(1), 'locked')
  assert.deepEqual([await inEpoch(0), await inEpoch(2)], ['stale', 'stale'])
  assert.equal(await lockedBy({ accountId: randomUUID(), epoch: 1 }), 'stale')
  await update(accountId, { closed_at: at })
  assert.equal(await inEpoch(1), 'stale')
  await update(accountId, { closed_at: null })
  assert.equal(await within((trx) => blockAccount(trx, accountId, at)), true)
  assert.deepEqual([await inEpoch(1), await inEpoch(2)], ['stale', 'stale'])
  assert.equal(await lockedBy({ accountId, epoch: 2 }, 'allowed'), 'stale')
  assert.equal(await within((trx) => unblockAccount(trx, accountId)), true)
  assert.deepEqual(
    [await inEpoch(1), await inEpoch(2), await inEpoch(3)],
    ['stale', 'stale', 'locked'],
  )
})

test('while a new password is demanded, nothing else changes the account', async () => {
  const proof = { accountId: await newAccount(), epoch: firstEpoch }
  await update(proof.accountId, { reset_demanded_at: at })
  assert.deepEqual([await lockedBy(proof), await lockedBy(proof, 'allowed')], ['stale', 'locked'])
})

test('a link to a contact outlives only epochs that weaker proofs begin', async () => {
  const accountId = await newAccount()
  const linkOf = (epoch: number) => lockedBy({ accountId, epoch, isContactLink: true })
  await update(accountId, { epoch: 3 })
  assert.deepEqual([await linkOf(1), await linkOf(0)], ['locked', 'stale'])
  await update(accountId, { links_epoch: 3 })
  assert.deepEqual([await linkOf(2), await linkOf(3)], ['stale', 'locked'])
})

test('a session that has ended is no proof, even in the same epoch', async () => {
  const accountId = await newAccount()
  await update(accountId, { epoch: 3 })
  const session = hashToken('a session of anna')
  const about = { idDigest: session, data: {}, device: '', place: '', at }
  const begin = (owner: string, epoch: number) =>
    within((trx) => insertSession(trx, { ...about, accountId: owner, epoch }))
  const bySession = () => lockedBy({ accountId, epoch: 3, session })
  assert.equal(await bySession(), 'stale')
  await begin(accountId, 3)
  assert.equal(await bySession(), 'locked')
  await db('sessions').delete()
  await begin(accountId, 2)
  assert.equal(await bySession(), 'stale', 'of an earlier epoch')
  await db('sessions').delete()
  await begin(await newAccount(), 3)
  assert.equal(await bySession(), 'stale', 'of somebody else')
})

test('two changes of one account happen one after the other', async () => {
  const proof = { accountId: await newAccount(), epoch: firstEpoch }
  const order: string[] = []
  const mayGoOn = Promise.withResolvers<void>()
  const isLocked = Promise.withResolvers<void>()
  const first = within(async (trx) => {
    const lock = await lockAccount(trx, proof)
    assert.ok(lock.kind === 'locked')
    isLocked.resolve()
    await mayGoOn.promise
    await blockAccount(lock.trx, proof.accountId, at)
    order.push('first')
  })
  await isLocked.promise
  const second = within(async (trx) => {
    const lock = await lockAccount(trx, proof)
    order.push('second')
    return lock.kind
  })
  await new Promise((done) => setTimeout(done, 50))
  mayGoOn.resolve()
  await first
  assert.equal(await second, 'stale')
  assert.deepEqual(order, ['first', 'second'])
})
