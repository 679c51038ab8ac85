// Contacts below the pages: what is kept of them, for how long, and under which key.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { firstEpoch } from '#server/accounts/accounts/change-account.ts'
import { findProbation, startProbation } from '#server/accounts/accounts/store.ts'
import { rekeyClaims } from '#server/accounts/claims/store.ts'
import { StaleProof } from '#server/core/faults.ts'
import { hashToken } from '#server/core/keys/secrets.ts'
import { createLimits } from '#server/kit/limits/limits.ts'
import { loadMessages } from '#server/load-messages.ts'
import { createMailLimit } from '#server/recovery/backup-address/mail-limit.ts'
import {
  findBackupAddress,
  markBackupAddressProven,
  putBackupAddress,
  rekeyBackupAddresses,
  removeBackupAddress,
  restoreBackupAddress,
} from '#server/recovery/backup-address/store.ts'
import { judgeCode } from '#server/recovery/contacts/judge-code.ts'
import {
  deleteOldConfirmations,
  findConfirmation,
  putConfirmation,
  spendConfirmation,
} from '#server/recovery/contacts/store.ts'
import { changeMethod } from '#server/recovery/methods/change-method.ts'
import { joinMethods } from '#server/recovery/methods/methods.ts'
import { createSmsLimit } from '#server/recovery/phone/sms-limit.ts'
import { findPhone, markPhoneProven, putPhone } from '#server/recovery/phone/store.ts'
import { offerUndo } from '#server/recovery/undo/offer-undo.ts'
import { deleteOldUndos, findUndo, rekeyUndos } from '#server/recovery/undo/store.ts'
import { blockAccount } from '#test/support/account-lock.ts'
import {
  at,
  client,
  keyring,
  minutes,
  onlyNew,
  rotated,
  startContactTrial,
} from '#test/support/recovery/contact-trial.ts'

const trial = await startContactTrial()
const { db, within, newAccount } = trial
after(() => trial.stop())

const contact = {
  kind: 'backup-address',
  value: 'A.nna@gmail.com',
  canonical: 'anna@gmail.com',
} as const
const put = (accountId: string, code: string, when: Date, more: object = {}) =>
  within((trx) =>
    putConfirmation(trx, keyring, {
      accountId,
      epoch: firstEpoch,
      contact,
      code,
      at: when,
      expiresAt: new Date(when.getTime() + 600_000),
      triesAllowed: 5,
      ...more,
    }),
  )
const judge = (accountId: string, typed: string, when: Date, ring = keyring) =>
  judgeCode(
    { db, clock: { now: () => when }, keyring: ring, settings: { limitCodeTries: 5 } },
    { accountId, kind: 'backup-address', typed },
  )
const reasonOf = async (judged: ReturnType<typeof judge>) => {
  const outcome = await judged
  return outcome.kind === 'right' ? 'right' : outcome.reason
}

test('a code works for ten minutes, for one account and one kind of contact', async () => {
  const [anna, boris] = [await newAccount(), await newAccount()]
  await put(anna, '012345', at)
  assert.equal(await reasonOf(judge(boris, '012345', at)), 'dead')
  await put(boris, '999999', at)
  assert.equal(await reasonOf(judge(boris, '012345', at)), 'wrong')
  const phone = { kind: 'phone', value: '+375291234567', canonical: '+375291234567' } as const
  await put(anna, '777777', at, { contact: phone })
  assert.equal(
    await reasonOf(judge(anna, '777777', at)),
    'wrong',
    'the code of the phone is not that of the address',
  )
  assert.equal(await reasonOf(judge(anna, '012345', minutes(9.99))), 'right')
  assert.equal(await reasonOf(judge(anna, '012345', minutes(10))), 'dead')
})

test('what cannot be a code counts as no try', async () => {
  const anna = await newAccount()
  await put(anna, '012345', at)
  for (const typed of ['', '  ']) assert.equal(await reasonOf(judge(anna, typed, at)), 'missing')
  for (const typed of ['12345', '1234567', 'abcdef'])
    assert.equal(await reasonOf(judge(anna, typed, at)), 'shape')
  assert.equal((await findConfirmation(db, keyring, anna, 'backup-address'))?.tries, 0)
})

test('tries outlive a code that is sent again, until it expires or is spent', async () => {
  const anna = await newAccount()
  await put(anna, '111111', at)
  for (let i = 0; i < 4; i++) assert.equal(await reasonOf(judge(anna, '000000', at)), 'wrong')
  assert.equal((await put(anna, '222222', minutes(1))).kind, 'put')
  assert.equal(await reasonOf(judge(anna, '111111', minutes(1))), 'wrong')
  assert.deepEqual(await put(anna, '333333', minutes(2)), { kind: 'exhausted', until: minutes(11) })
  assert.equal(await reasonOf(judge(anna, '222222', minutes(2))), 'dead')
  assert.equal((await put(anna, '444444', minutes(11))).kind, 'put')
  await put(await newAccount(), '444444', minutes(11))
  const digests = await db('contact_confirmations')
    .where({ sent_at: minutes(11) })
    .pluck('code_digest')
  assert.equal(new Set(digests.map(String)).size, 2, 'one code of two accounts is kept in two ways')
  const judged = await judge(anna, '444444', minutes(11))
  assert.ok(judged.kind === 'right')
  const spend = (when: Date) =>
    within((trx) =>
      spendConfirmation(trx, {
        accountId: anna,
        kind: 'backup-address',
        digest: judged.digest,
        at: when,
      }),
    )
  assert.equal(await spend(minutes(21)), false, 'judged in time, spent too late')
  assert.deepEqual([await spend(minutes(12)), await spend(minutes(12))], [true, false])
  assert.equal(await reasonOf(judge(anna, '444444', minutes(12))), 'dead')
  await put(anna, '555555', minutes(13))
  assert.equal((await findConfirmation(db, keyring, anna, 'backup-address'))?.tries, 0)
  assert.equal((await deleteOldConfirmations(db, minutes(23), 100)) >= 1, true)
  assert.ok(
    await findConfirmation(db, keyring, anna, 'backup-address'),
    'the youngest is not old yet',
  )
})

test('codes, contacts and links outlive a rotation of keys, and move to the newest', async () => {
  const anna = await newAccount()
  await put(anna, '123456', at)
  assert.equal(await reasonOf(judge(anna, '123456', at, rotated)), 'right')
  assert.equal(await reasonOf(judge(anna, '000000', at, rotated)), 'wrong')
  const wanted = {
    accountId: anna,
    address: contact.value,
    canonical: contact.canonical,
    confirmedAt: at,
    provenAt: at,
    at,
  }
  await within((trx) => putBackupAddress(trx, keyring, wanted))
  const old = await findBackupAddress(db, rotated, anna)
  assert.deepEqual([old?.value, old?.canonical], [contact.value, contact.canonical])
  const offer = {
    changeId: randomUUID(),
    accountId: anna,
    change: 'backup-address.changed',
    reader: 'mailbox',
    replaces: [],
    at,
  } as const
  const parts = { keyring, settings: { undoDays: 7, smsLinks: true } }
  const token = await within((trx) => offerUndo(trx, parts, { ...offer, old }))
  const bare = await within((trx) => offerUndo(trx, parts, { ...offer, old: undefined }))

  assert.equal(await within((trx) => rekeyBackupAddresses(trx, rotated, 100)), 1)
  assert.equal(await within((trx) => rekeyBackupAddresses(trx, rotated, 100)), 0)
  assert.equal(await within((trx) => rekeyUndos(trx, rotated, 100)), 2)
  assert.equal(await within((trx) => rekeyUndos(trx, rotated, 100)), 0)
  while ((await within((trx) => rekeyClaims(trx, rotated, 100))) > 0);
  assert.equal((await findBackupAddress(db, onlyNew, anna))?.value, contact.value)
  const undo = await findUndo(db, onlyNew, hashToken(token))
  assert.deepEqual(undo?.old, old)
  assert.deepEqual(
    [undo?.expiresAt, undo?.usedAt, undo?.reader],
    [minutes(7 * 24 * 60), null, 'mailbox'],
  )
  assert.equal((await findUndo(db, onlyNew, hashToken(bare)))?.old, undefined)
  assert.equal(await deleteOldUndos(db, minutes(7 * 24 * 60), 100), 0)
  assert.equal(await deleteOldUndos(db, minutes(7 * 24 * 60 + 1), 100), 2)
  await within((trx) => removeBackupAddress(trx, onlyNew, anna))
})

test('a contact proven again keeps the time of its linking, a restored one all times', async () => {
  const anna = await newAccount()
  const wanted = { accountId: anna, address: 'anna@mail.example', canonical: 'anna@mail.example' }
  const link = (address: string, canonical: string, when: Date) =>
    within((trx) =>
      putBackupAddress(trx, keyring, {
        ...wanted,
        address,
        canonical,
        confirmedAt: when,
        provenAt: when,
        at: when,
      }),
    )
  await link('anna@mail.example', 'anna@mail.example', at)
  await link('Anna+post@mail.example', 'anna@mail.example', minutes(5))
  const again = await findBackupAddress(db, keyring, anna)
  assert.deepEqual(
    [again?.value, again?.confirmedAt, again?.provenAt],
    ['Anna+post@mail.example', at, minutes(5)],
  )
  await within((trx) => markBackupAddressProven(trx, anna, minutes(6)))
  await link('other@mail.example', 'other@mail.example', minutes(7))
  const other = await findBackupAddress(db, keyring, anna)
  assert.deepEqual([other?.value, other?.confirmedAt], ['other@mail.example', minutes(7)])
  assert.ok(again)
  assert.equal(
    (await within((trx) => restoreBackupAddress(trx, keyring, anna, again, minutes(8)))).kind,
    'put',
  )
  assert.deepEqual(await findBackupAddress(db, keyring, anna), again)

  const phone = { accountId: anna, e164: '+375291112200', confirmedAt: at, provenAt: at, at }
  await within((trx) => putPhone(trx, keyring, phone))
  await within((trx) =>
    putPhone(trx, keyring, { ...phone, confirmedAt: minutes(1), provenAt: minutes(1) }),
  )
  await within((trx) => markPhoneProven(trx, anna, minutes(2)))
  const kept = await findPhone(db, keyring, anna)
  assert.deepEqual([kept?.confirmedAt, kept?.provenAt], [at, minutes(2)])
})

test('a probation refuses every change of a method, and ends by itself', async () => {
  const anna = await newAccount()
  const change = (when: Date) =>
    changeMethod(
      {
        db,
        keyring,
        clock: { now: () => when },
        loadMessages,
        settings: { undoDays: 7, smsLinks: true, defaultLocale: 'en' as const },
        methods: joinMethods([]),
      },
      { accountId: anna, epoch: firstEpoch, client },
      async () => ({ outcome: 'changed' as const }),
    )
  assert.equal(await change(at), 'changed')
  await within((trx) => startProbation(trx, anna, minutes(60)))
  assert.deepEqual(await change(minutes(59)), { kind: 'probation', until: minutes(60) })
  assert.deepEqual(await findProbation(db, anna, minutes(59)), minutes(60))
  assert.equal(await change(minutes(60)), 'changed')
  assert.equal(await findProbation(db, anna, minutes(60)), undefined)
  await within((trx) => blockAccount(trx, anna, at))
  await assert.rejects(change(minutes(61)), StaleProof)
})

test('an account and an address get five mails in ten minutes and so many a day', async () => {
  const limit = createMailLimit(createLimits(db), keyring, { limitResetMailsPerDay: 6 })
  const ask = (...keys: string[]) => limit.permit('confirm', keys)
  for (let i = 0; i < 5; i++) assert.equal((await ask('anna', `to${i}`)).kind, 'permitted')
  assert.equal(await limit.waitFor('confirm', ['boris', 'to0']), 0)
  const full = await ask('to9', 'anna')
  assert.ok(
    full.kind === 'refused' && full.retryAfterSeconds > 590 && full.retryAfterSeconds <= 600,
  )
  assert.ok((await limit.waitFor('confirm', ['anna', 'to9'])) > 590)
  assert.equal(
    (await limit.permit('reset', ['anna'])).kind,
    'permitted',
    'another purpose has a limit of its own',
  )
  for (let i = 0; i < 5; i++)
    assert.equal((await ask('boris', 'to9')).kind, 'permitted', 'the refused one did not count')
  await db('rate_limits').where('key', 'like', 'mail-burst%').delete()
  assert.equal((await ask('anna', 'to10')).kind, 'permitted')
  const day = await ask('anna', 'to11')
  assert.ok(day.kind === 'refused' && day.retryAfterSeconds > 86_000)
})

test('a number gets six SMS a day, with growing waits between them', async () => {
  const settings = {
    limitSmsPerNumberDay: 6,
    limitSmsWaitSeconds: 60,
    limitSmsTotalDay: 100,
    smsCountries: ['BY'],
  }
  const limit = createSmsLimit(createLimits(db), keyring, settings)
  const number = { e164: '+375291234567', country: 'BY', prefix: '+37529123' }
  const waits: number[] = []
  for (let i = 0; i < 6; i++) {
    assert.equal((await limit.permit(number, { confirmed: true })).kind, 'permitted')
    await db('rate_limits').where('key', 'like', 'sms-burst%').delete()
    const soon = await limit.permit(number, { confirmed: true })
    waits.push(soon.kind === 'refused' ? soon.retryAfterSeconds : 0)
    assert.ok(soon.kind === 'refused' && soon.reason === (i === 5 ? 'number' : 'wait'))
    await db('rate_limits').where('key', 'like', 'sms-wait%').delete()
  }
  const steps = [60, 120, 300, 300, 300]
  for (const [i, step] of steps.entries())
    assert.ok(Math.abs((waits[i] ?? 0) - step) <= 1, `${waits}`)
  assert.ok((waits[5] ?? 0) > 86_000)
})
