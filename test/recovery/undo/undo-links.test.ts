// Undo links below the pages: what is stored of them, when they die, and what each takes back.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { firstEpoch } from '#server/accounts/accounts/change-account.ts'
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import type { LinkedContact } from '#server/recovery/contacts/contact.ts'
import {
  type ContactLink,
  offerUndo,
  type ReaderKind,
  type UndoableChange,
} from '#server/recovery/undo/offer-undo.ts'
import {
  deleteOldUndos,
  findUndo,
  listChangesSince,
  listContactLinks,
  readerDigestOf,
  rekeyUndos,
  spendUndo,
  voidUndos,
} from '#server/recovery/undo/store.ts'
import {
  at,
  keyring,
  minutes,
  onlyNew,
  rotated,
  startContactTrial,
} from '#test/support/recovery/contact-trial.ts'

const trial = await startContactTrial()
const { db, within, newAccount } = trial
after(() => trial.stop())

const days = (count: number) => minutes(count * 24 * 60)
const parts = { keyring, settings: { undoDays: 7, smsLinks: true } }
const phone: LinkedContact = {
  kind: 'phone',
  value: '+375291234567',
  canonical: '+375291234567',
  confirmedAt: days(-30),
  provenAt: days(-10),
}

interface Offer {
  readonly change?: UndoableChange
  readonly changeId?: string
  readonly reader?: ReaderKind
  readonly old?: LinkedContact
  readonly at?: Date
  readonly contact?: LinkedContact
  readonly replaces?: readonly ContactLink[]
}

const offer = (accountId: string, more: Offer = {}) =>
  within((trx) =>
    offerUndo(trx, parts, {
      accountId,
      changeId: randomUUID(),
      change: 'phone.changed',
      reader: 'contact',
      old: undefined,
      at,
      replaces: [],
      ...more,
    }),
  )
const find = (token: string, ring = keyring) => findUndo(db, ring, hashToken(token))
const spend = (token: string, when: Date) =>
  within((trx) => spendUndo(trx, keyring, hashToken(token), when))

test('an undo link is found by its token alone, and its old contact is stored sealed', async () => {
  const anna = await newAccount()
  const changeId = randomUUID()
  const token = await offer(anna, { changeId, reader: 'old-contact', old: phone })
  assert.match(token, /^[\w-]{43}$/)
  assert.deepEqual(await find(token), {
    changeId,
    accountId: anna,
    change: 'phone.changed',
    reader: 'old-contact',
    old: phone,
    epoch: firstEpoch,
    madeAt: at,
    reachesBackTo: at,
    expiresAt: days(7),
    usedAt: null,
  })
  assert.equal(await find(newToken()), undefined)
  const row = await db('undos').where({ account_id: anna }).first()
  assert.ok(!JSON.stringify(row).includes('1234567'), 'the old contact is sealed')
  assert.ok(!JSON.stringify(row).includes(token))
  assert.equal(JSON.parse(keyring.open('undos.old', row.old_sealed)).value, phone.value)
  assert.deepEqual(row.token_hash, hashToken(token))
  const bare = await offer(anna, { change: 'password.reset' })
  assert.equal((await find(bare))?.old, undefined)
})

test('an undo link is spent by one caller, who gets its change, before it expires', async () => {
  const anna = await newAccount()
  const [mine, other] = [await offer(anna, { old: phone }), await offer(anna)]
  assert.equal(await spend(mine, days(7)), undefined)
  assert.equal(await spend(newToken(), at), undefined)
  const spent = (await Promise.all([1, 2, 3].map(() => spend(mine, days(1))))).filter(
    (each) => each !== undefined,
  )
  assert.equal(spent.length, 1)
  assert.deepEqual([spent[0]?.old, spent[0]?.usedAt, spent[0]?.accountId], [phone, days(1), anna])
  assert.deepEqual((await find(mine))?.usedAt, days(1))
  assert.equal((await find(other))?.usedAt, null)
})

test('later changes of an account are listed once each, oldest first', async () => {
  const [anna, boris] = [await newAccount(), await newAccount()]
  const ids = Array.from({ length: 3 }, () => randomUUID()) as [string, string, string]
  await offer(anna, { changeId: ids[2], at: days(2), change: 'backup-address.removed' })
  await offer(anna, { changeId: ids[0], at: days(0) })
  for (const reader of ['mailbox', 'contact', 'old-contact'] as const)
    await offer(anna, { changeId: ids[1], at: days(1), reader, old: phone })
  await offer(boris, { at: days(1) })
  const listed = async (since: Date) => {
    const changes = await within((trx) => listChangesSince(trx, keyring, anna, since))
    return changes.map(
      ({ changeId, old }) => `${ids.indexOf(changeId)}${old ? ` ${old.value}` : ''}`,
    )
  }
  assert.deepEqual(await listed(days(0)), ['0', '1 +375291234567', '2'])
  assert.deepEqual(await listed(days(1)), ['1 +375291234567', '2'])
  assert.deepEqual(await listed(days(3)), [])
})

test('voiding the undo links of an account voids no other account’s', async () => {
  const [anna, boris] = [await newAccount(), await newAccount()]
  const before = await offer(anna, { at: days(-1) })
  const toMailbox = await offer(anna, { reader: 'mailbox' })
  const toContact = await offer(anna)
  const used = await offer(anna)
  const other = await offer(boris)
  await spend(used, days(0.5))
  const usedOf = async (tokens: readonly string[]) =>
    Promise.all(tokens.map(async (each) => (await find(each))?.usedAt))
  const all = [before, toMailbox, toContact, used, other]
  await within((trx) => voidUndos(trx, anna, days(2)))
  assert.deepEqual(await usedOf(all), [days(2), days(2), days(2), days(0.5), null])
})

test('only live links of contacts, of an epoch that still counts, are replaced', async () => {
  const [anna, boris] = [await newAccount(), await newAccount()]
  const address: LinkedContact = {
    ...phone,
    kind: 'backup-address',
    value: 'A@b.example',
    canonical: 'a@b.example',
  }
  await offer(anna, { reader: 'mailbox' })
  await offer(anna, { reader: 'new-contact', contact: phone })
  await offer(boris, { contact: phone })
  const used = await offer(anna, { contact: phone })
  await spend(used, at)
  await offer(anna, { contact: address, at: days(-8) })
  const longAgo = [
    { readerDigest: readerDigestOf(keyring, phone), reachesBackTo: days(-7.1), old: undefined },
  ]
  await offer(anna, { contact: phone, replaces: longAgo })
  await offer(anna, { contact: phone, at: days(-2), old: address })
  await offer(anna, { reader: 'old-contact', contact: address, old: address, at: days(-1) })
  const links = () => within((trx) => listContactLinks(trx, keyring, anna, { at, since: days(-7) }))
  const found = (await links()).sort(
    (one, other) => Number(one.reachesBackTo) - Number(other.reachesBackTo),
  )
  assert.deepEqual(found, [
    { readerDigest: readerDigestOf(keyring, phone), reachesBackTo: days(-2), old: undefined },
    { readerDigest: readerDigestOf(keyring, address), reachesBackTo: days(-1), old: address },
  ])
  await db('accounts').where({ id: anna }).update({ links_epoch: 2 })
  assert.deepEqual(await links(), [])
})

test('a link that replaces others reaches back as far as those of the same contact', async () => {
  const anna = await newAccount()
  const address: LinkedContact = {
    ...phone,
    kind: 'backup-address',
    value: 'A@b.example',
    canonical: 'a@b.example',
  }
  const linkOf = (reader: LinkedContact, reachesBackTo: Date) => ({
    readerDigest: readerDigestOf(keyring, reader),
    reachesBackTo,
    old: undefined,
  })
  const replaces = [linkOf(phone, days(-2)), linkOf(phone, days(-5)), linkOf(address, days(-6))]
  const reach = async (more: Offer) =>
    (await find(await offer(anna, { replaces, ...more })))?.reachesBackTo
  assert.deepEqual(await reach({ contact: phone }), days(-5))
  assert.deepEqual(await reach({ contact: address }), days(-6))
  assert.deepEqual(await reach({ contact: { ...phone, canonical: '+375291234568' } }), at)
  assert.deepEqual(await reach({ reader: 'mailbox' }), at)
})

test('expired undo links are deleted, so many at once', async () => {
  await db('undos').delete()
  const anna = await newAccount()
  for (const day of [-9, -9, 0]) await offer(anna, { at: days(day) })
  assert.equal(await deleteOldUndos(db, days(-2), 10), 0, 'at its end it is not yet before it')
  assert.equal(await deleteOldUndos(db, days(-1), 1), 1)
  assert.equal(await deleteOldUndos(db, days(-1), 10), 1)
  assert.equal((await db('undos')).length, 1)
})

test('undo links move to the newest key, so many at once, without locked rows', async () => {
  await db('undos').delete()
  const anna = await newAccount()
  const tokens = [
    await offer(anna, { old: phone }),
    await offer(anna),
    await offer(anna, { old: phone }),
  ]
  const rekey = (limit: number) => within((trx) => rekeyUndos(trx, rotated, limit))
  assert.equal(await within((trx) => rekeyUndos(trx, keyring, 10)), 0)
  await within(async (other) => {
    await other('undos')
      .where({ token_hash: hashToken(tokens[0] ?? '') })
      .forUpdate()
    assert.equal(await rekey(1), 1)
    assert.equal(await rekey(10), 1)
  })
  assert.deepEqual([await rekey(10), await rekey(10)], [1, 0])
  const old = await Promise.all(tokens.map(async (token) => (await find(token, onlyNew))?.old))
  assert.deepEqual(old, [phone, undefined, phone])
  assert.deepEqual(await db('undos').distinct().pluck('key_id'), [rotated.newestKeyId])
})
