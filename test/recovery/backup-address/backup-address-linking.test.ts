// The backup address of an account below the pages: judged, linked, shown, removed.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { firstEpoch } from '#server/accounts/accounts/change-account.ts'
import { startProbation } from '#server/accounts/accounts/store.ts'
import { rekeyClaims } from '#server/accounts/claims/store.ts'
import {
  askBackupAddress,
  judgeAddress,
  linkBackupAddress,
  pendingBackupAddress,
  unlinkBackupAddress,
} from '#server/recovery/backup-address/link-backup-address.ts'
import { ownedBackupAddress } from '#server/recovery/backup-address/owned-backup-address.ts'
import {
  type BackupAddress,
  findBackupAddress,
  markBackupAddressProven,
  rekeyBackupAddresses,
  removeBackupAddress,
} from '#server/recovery/backup-address/store.ts'
import { newAddress, startAddressTrial } from '#test/support/recovery/address-trial.ts'
import { writtenMessages } from '#test/support/recovery/by-hand.ts'
import {
  at,
  client,
  digest,
  isAbout,
  keyring,
  minutes,
  onlyNew,
  rotated,
} from '#test/support/recovery/contact-trial.ts'

const trial = await startAddressTrial()
const { partsOf, put } = trial
after(() => trial.stop())
beforeEach(() => trial.db('rate_limits').delete())

const asking = (accountId: string) => ({ accountId, epoch: firstEpoch, client })
const contactOf = (typed: string) => {
  const judged = judgeAddress(['postern.example'], typed)
  return judged.kind === 'ok' ? judged.contact : assert.fail(judged.reason)
}
const ask = (accountId: string, typed: string) =>
  askBackupAddress(partsOf(), {
    proof: { accountId, epoch: firstEpoch },
    contact: contactOf(typed),
    locale: 'de',
  })
const letterTo = async (to: string) =>
  (await writtenMessages(trial.db, keyring))
    .filter((each) => each.to === to && each.name === 'backup-address-code')
    .at(-1)
const link = async (accountId: string, to: string) =>
  linkBackupAddress(partsOf(), asking(accountId), (await letterTo(to))?.params.code ?? '')
const find = (accountId: string, ring = keyring) => findBackupAddress(trial.db, ring, accountId)

test('a backup address is judged by its shape and by our own domains', () => {
  assert.deepEqual(judgeAddress(['postern.example'], 'A.Nna+x@GoogleMail.com'), {
    kind: 'ok',
    contact: {
      kind: 'backup-address',
      value: 'A.Nna+x@googlemail.com',
      canonical: 'anna@gmail.com',
    },
  })
  assert.deepEqual(judgeAddress(['postern.example'], 'me@postern.example'), {
    kind: 'refused',
    reason: 'own-domain',
  })
  assert.equal(judgeAddress(['other.example'], 'me@postern.example').kind, 'ok')
  assert.deepEqual(judgeAddress([], ''), { kind: 'refused', reason: 'missing' })
})

test('an address is linked by its code, replaced and removed, each with notices', async () => {
  const anna = await trial.newAccount()
  const [first, second] = [newAddress(), newAddress()]
  assert.equal(await pendingBackupAddress(partsOf(), anna), undefined)
  assert.deepEqual(await ask(anna, first), { kind: 'asked' })
  const contact = { kind: 'backup-address', value: first, canonical: first } as const
  const { messages, ...pending } = (await pendingBackupAddress(partsOf(), anna)) ?? assert.fail()
  assert.equal(messages.earlier, null)
  assert.deepEqual(pending, { ...contact, typedAt: at, sentAt: at })
  const letter = await letterTo(first)
  assert.deepEqual([letter?.channel, letter?.locale], ['mail', 'de'])
  assert.deepEqual(await linkBackupAddress(partsOf(), asking(anna), '12'), {
    kind: 'refused',
    reason: 'shape',
  })
  assert.deepEqual(await link(anna, first), { kind: 'linked' })
  assert.equal(await pendingBackupAddress(partsOf(), anna), undefined)
  assert.deepEqual(await find(anna), { ...contact, confirmedAt: at, provenAt: at })
  await ask(anna, second)
  assert.deepEqual(await link(anna, second), { kind: 'linked' })
  assert.equal((await find(anna))?.value, second)
  assert.equal(await unlinkBackupAddress(partsOf(), asking(anna)), 'done')
  assert.equal(await find(anna), undefined)
  const whats = ['added', 'changed', 'removed']
  const news = [
    whats.map((what) => `backup-address.${what}`),
    [
      'backup-address.added mailbox',
      'backup-address.changed mailbox',
      'backup-address.changed old-contact',
      'backup-address.removed mailbox',
      'backup-address.removed old-contact',
    ],
  ]
  assert.deepEqual(await trial.newsOf(anna), news)
  assert.equal(await unlinkBackupAddress(partsOf(), asking(anna)), 'done')
  assert.deepEqual(await trial.newsOf(anna), news, 'there was nothing to remove')
  await trial.within((trx) => startProbation(trx, anna, minutes(5)))
  assert.deepEqual(await unlinkBackupAddress(partsOf(), asking(anna)), {
    kind: 'probation',
    until: minutes(5),
  })
  assert.deepEqual(await ask(anna, newAddress()), { kind: 'probation', until: minutes(5) })
})

test('an address of another mailbox is told as taken after its code, and stays there', async () => {
  const [anna, boris] = [await trial.newAccount(), await trial.newAccount()]
  const address = newAddress()
  await put(anna, address)
  await ask(boris, address)
  assert.deepEqual(await link(boris, address), { kind: 'taken' })
  assert.deepEqual([(await find(anna))?.value, await find(boris)], [address, undefined])
})

test('an address proven again changes only its spelling and the time of its proof', async () => {
  const anna = await trial.newAccount()
  await put(anna, 'anna@gmail.com', 'anna@gmail.com', minutes(-60))
  await ask(anna, 'An.Na@googlemail.com')
  assert.deepEqual(await link(anna, 'An.Na@googlemail.com'), { kind: 'linked' })
  const found = await find(anna)
  assert.deepEqual(
    [found?.value, found?.confirmedAt, found?.provenAt],
    ['An.Na@googlemail.com', minutes(-60), at],
  )
  assert.deepEqual(await trial.newsOf(anna), [[], []])
})

test('the page tells only of messages that its own account asked for', async () => {
  const [anna, address] = [await trial.newAccount(), newAddress()]
  await ask(anna, address)
  const keyOf = (who: string) =>
    `mail-burst:${digest('limits.mail', JSON.stringify(['confirm', who]))}`
  const counters = await trial.counters()
  assert.deepEqual([counters[keyOf(anna)], counters[keyOf(address)]], [1, 1])
  await trial.db('rate_limits').delete()
  await trial.fill(keyOf(anna), 5)
  const full = await ask(anna, newAddress())
  isAbout(full.kind === 'limited' ? full.retryAfterSeconds : undefined, 500)

  await trial.db('rate_limits').delete()
  const other = newAddress()
  await trial.fill(keyOf(other), 5)
  assert.deepEqual(await ask(anna, other), { kind: 'asked' }, 'as if it had been sent')
  assert.equal(await letterTo(other), undefined)
})

test('an owner sees no address, one on its way, or one that is set and masked', async () => {
  const anna = await trial.newAccount()
  const method = ownedBackupAddress(keyring)
  const own = { id: 'backup-address', weak: false, href: '/account/recovery/backup-address' }
  const see = (when = at) => method.describe(trial.db, anna, when)
  const address = 'hanna@mask.example'
  assert.equal(method.id, 'backup-address')
  assert.deepEqual(await see(), { ...own, state: 'none' })
  await ask(anna, address)
  assert.deepEqual(await see(), { ...own, state: 'pending', masked: 'h•••••@mask.example' })
  assert.equal((await see(minutes(9.9))).state, 'pending')
  assert.deepEqual(await see(minutes(10)), { ...own, state: 'none' })
  await link(anna, address)
  await trial.within((trx) => markBackupAddressProven(trx, anna, minutes(3)))
  const set = {
    ...own,
    state: 'set',
    masked: 'h•••••@mask.example',
    since: at,
    provenAt: minutes(3),
  }
  assert.deepEqual(await see(), set)
  const old = (await method.findContact(trial.db, anna)) as BackupAddress
  const kept = {
    kind: 'backup-address',
    value: address,
    canonical: address,
    confirmedAt: at,
    provenAt: minutes(3),
  }
  assert.deepEqual(old, kept)
  await trial.within((trx) => method.remove(trx, anna, at))
  assert.deepEqual(await see(), { ...own, state: 'none' }, 'a spent code waits for nothing')
  assert.equal(await trial.within((trx) => method.restore(trx, anna, old, minutes(9))), 'restored')
  assert.deepEqual(await method.findContact(trial.db, anna), old)
  assert.equal(await trial.within((trx) => method.distrust(trx, anna, at)), true)
  assert.equal(await trial.within((trx) => method.distrust(trx, anna, at)), false)
  await put(await trial.newAccount(), address)
  assert.equal(await trial.within((trx) => method.restore(trx, anna, old, at)), 'taken')
})

test('an account has one sealed address at most, and the old one is free at once', async () => {
  const [anna, boris] = [await trial.newAccount(), await trial.newAccount()]
  const [first, second] = [newAddress(), newAddress()]
  assert.deepEqual(await put(anna, first, first, minutes(-60)), { kind: 'put', old: undefined })
  const replaced = await put(anna, second)
  const moments = { confirmedAt: minutes(-60), provenAt: minutes(-60) }
  assert.deepEqual(replaced, {
    kind: 'put',
    old: { kind: 'backup-address', value: first, canonical: first, ...moments },
  })
  assert.deepEqual(await put(boris, second), { kind: 'taken' })
  assert.deepEqual(await put(boris, first), { kind: 'put', old: undefined })
  assert.deepEqual((await find(anna))?.confirmedAt, at)
  await trial.within((trx) => markBackupAddressProven(trx, anna, minutes(7)))
  assert.deepEqual([(await find(anna))?.provenAt, (await find(boris))?.provenAt], [minutes(7), at])
  const row = await trial.db('backup_addresses').where({ account_id: anna }).first()
  assert.equal(keyring.open('backup-addresses.address', row.address_sealed), second)
  assert.equal(
    (await trial.within((trx) => removeBackupAddress(trx, keyring, anna)))?.value,
    second,
  )
  assert.equal(await trial.within((trx) => removeBackupAddress(trx, keyring, anna)), undefined)
  assert.equal((await find(boris))?.value, first, 'nobody else’s')
  assert.deepEqual(await trial.db('claims').where({ account_id: anna }), [])
})

test('addresses move to the newest key in portions, and locked rows stay', async () => {
  await trial.db('backup_addresses').delete()
  await trial.db('claims').delete()
  const accounts = [await trial.newAccount(), await trial.newAccount(), await trial.newAccount()]
  const addresses = accounts.map(() => newAddress())
  for (const [nth, id] of accounts.entries()) await put(id, addresses[nth] ?? '')
  const rekey = (limit: number) => trial.within((trx) => rekeyBackupAddresses(trx, rotated, limit))
  assert.equal(await trial.within((trx) => rekeyBackupAddresses(trx, keyring, 10)), 0)
  await trial.within(async (other) => {
    await other('backup_addresses').where({ account_id: accounts[0] }).forUpdate()
    assert.deepEqual([await rekey(1), await rekey(10)], [1, 1])
  })
  assert.deepEqual([await rekey(10), await rekey(10)], [1, 0])
  while ((await trial.within((trx) => rekeyClaims(trx, rotated, 100))) > 0);
  const found = await Promise.all(accounts.map(async (id) => (await find(id, onlyNew))?.value))
  assert.deepEqual(found, addresses)
  assert.deepEqual(await trial.db('backup_addresses').distinct().pluck('key_id'), [
    rotated.newestKeyId,
  ])
})
