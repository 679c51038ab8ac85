// The phone of an account below the pages: judged, linked, shown, removed.
import assert from 'node:assert/strict'
import { after, beforeEach, describe, it } from 'node:test'
import { firstEpoch } from '#server/accounts/accounts/change-account.ts'
import { startProbation } from '#server/accounts/accounts/store.ts'
import {
  askPhone,
  judgePhone,
  linkPhone,
  pendingPhone,
  unlinkPhone,
} from '#server/recovery/phone/link-phone.ts'
import { ownedPhone } from '#server/recovery/phone/owned-phone.ts'
import {
  findPhone,
  markPhoneProven,
  type Phone,
  putPhone,
  removePhone,
} from '#server/recovery/phone/store.ts'
import { writtenMessages } from '#test/support/recovery/by-hand.ts'
import { at, client, isAbout, keyring, minutes } from '#test/support/recovery/contact-trial.ts'
import { newNumber, startPhoneTrial } from '#test/support/recovery/phone-trial.ts'

const trial = await startPhoneTrial()
const { owner, partsOf } = trial
after(() => trial.stop())
beforeEach(() => trial.db('rate_limits').delete())

describe('the phone of an account', () => {
  const asking = (accountId: string) => ({ accountId, epoch: firstEpoch, client })
  const ok = (typed: string) => {
    const judged = judgePhone({ settings: partsOf().settings }, typed)
    return judged.kind === 'ok' ? judged.number : assert.fail(judged.reason)
  }
  const ask = (accountId: string, typed: string, more: object = {}) =>
    askPhone(partsOf(more), {
      proof: { accountId, epoch: firstEpoch },
      number: ok(typed),
      locale: 'de',
    })
  const codeFor = async (to: string) =>
    (await writtenMessages(trial.db, keyring))
      .filter((each) => each.to === to && each.name === 'phone-code')
      .at(-1)

  it('a number is judged by the default country and the listed countries', () => {
    const judge = (typed: string) => judgePhone({ settings: partsOf().settings }, typed)
    assert.deepEqual(judge('8 029 123-45-67'), {
      kind: 'ok',
      number: { kind: 'ok', e164: '+375291234567', country: 'BY', prefix: '+37529123' },
    })
    assert.equal(judge('+48 512 345 678').kind, 'ok')
    assert.deepEqual(judge('+62 812 3456 7890'), { kind: 'refused', reason: 'country' })
    assert.deepEqual(judge(''), { kind: 'refused', reason: 'missing' })
  })

  it('a phone is linked by its code, replaced and removed, each with notices', async () => {
    const anna = await trial.newAccount()
    const [first, second] = [newNumber(), newNumber()]
    assert.equal(await pendingPhone(partsOf(), anna), undefined)
    assert.deepEqual(await ask(anna, first), { kind: 'asked' })
    const { messages, ...pending } = (await pendingPhone(partsOf(), anna)) ?? assert.fail('none')
    assert.equal(messages.earlier, null)
    assert.deepEqual(pending, {
      kind: 'phone',
      value: first,
      canonical: first,
      typedAt: at,
      sentAt: at,
    })
    const sms = await codeFor(first)
    assert.deepEqual([sms?.channel, sms?.locale], ['sms', 'de'])
    assert.deepEqual(await linkPhone(partsOf(), asking(anna), '12'), {
      kind: 'refused',
      reason: 'shape',
    })
    assert.deepEqual(await linkPhone(partsOf(), asking(anna), sms?.params.code ?? ''), {
      kind: 'linked',
    })
    assert.equal(await pendingPhone(partsOf(), anna), undefined)
    const linked = { kind: 'phone', value: first, canonical: first, confirmedAt: at, provenAt: at }
    assert.deepEqual(await findPhone(trial.db, keyring, anna), linked)
    await ask(anna, second)
    assert.deepEqual(
      await linkPhone(partsOf(), asking(anna), (await codeFor(second))?.params.code ?? ''),
      {
        kind: 'linked',
      },
    )
    assert.equal((await findPhone(trial.db, keyring, anna))?.value, second)
    assert.equal(await unlinkPhone(partsOf(), asking(anna)), 'done')
    assert.equal(await findPhone(trial.db, keyring, anna), undefined)
    const news = [
      ['phone.added', 'phone.changed', 'phone.removed'],
      [
        'phone.added mailbox',
        'phone.changed mailbox',
        'phone.changed old-contact',
        'phone.removed mailbox',
        'phone.removed old-contact',
      ],
    ]
    assert.deepEqual(await trial.newsOf(anna), news)
    assert.equal(await unlinkPhone(partsOf(), asking(anna)), 'done')
    assert.deepEqual(await trial.newsOf(anna), news, 'there was nothing to remove')
    await trial.within((trx) => startProbation(trx, anna, minutes(5)))
    assert.deepEqual(await unlinkPhone(partsOf(), asking(anna)), {
      kind: 'probation',
      until: minutes(5),
    })
    assert.deepEqual(await ask(anna, newNumber()), { kind: 'probation', until: minutes(5) })
  })

  it('a phone of another mailbox is told as taken after its code, and stays there', async () => {
    const [anna, boris] = [await owner(), await trial.newAccount()]
    await ask(boris, anna.e164)
    const code = (await codeFor(anna.e164))?.params.code ?? ''
    assert.deepEqual(await linkPhone(partsOf(), asking(boris), code), { kind: 'taken' })
    assert.equal(await findPhone(trial.db, keyring, boris), undefined)
    assert.deepEqual(
      await linkPhone(partsOf(), asking(boris), code),
      { kind: 'taken' },
      'a second click',
    )
  })

  it('a phone proven again changes only the time of proof', async () => {
    const anna = await owner()
    await ask(anna.id, anna.e164)
    await linkPhone(partsOf(), asking(anna.id), (await codeFor(anna.e164))?.params.code ?? '')
    const found = await findPhone(trial.db, keyring, anna.id)
    assert.deepEqual([found?.confirmedAt, found?.provenAt], [minutes(-60), at])
    assert.deepEqual(await trial.newsOf(anna.id), [[], []])
  })

  it('the page tells only of messages that its own account asked for', async () => {
    const [anna, boris] = [await owner(), await trial.newAccount()]
    await trial.fill(`sms-account:${boris}`, 10)
    const limited = async (accountId: string) => {
      const asked = await ask(accountId, newNumber())
      isAbout(asked.kind === 'limited' ? asked.retryAfterSeconds : undefined, 500)
    }
    await limited(boris)
    assert.equal(await pendingPhone(partsOf(), boris), undefined)
    await trial.fill('sms-total:all', 100)
    assert.deepEqual(await ask(anna.id, anna.e164), { kind: 'asked' })
    const other = newNumber()
    assert.deepEqual(await ask(anna.id, other), { kind: 'asked' }, 'as if it had been sent')
    assert.equal(await codeFor(other), undefined)
    assert.equal((await trial.counters())[`sms-account:${anna.id}`], 2)
  })

  it('an owner sees no phone, one on its way, or one that is set and masked', async () => {
    const anna = await trial.newAccount()
    const method = ownedPhone(keyring)
    const own = { id: 'phone', weak: false, href: '/account/recovery/phone' }
    const see = (when = at) => method.describe(trial.db, anna, when)
    assert.equal(method.id, 'phone')
    assert.deepEqual(await see(), { ...own, state: 'none' })
    await ask(anna, '+375297654321')
    assert.deepEqual(await see(), { ...own, state: 'pending', masked: '+375 •• ••• •• 21' })
    assert.deepEqual(await see(minutes(10)), { ...own, state: 'none' })
    assert.equal((await see(minutes(9.9))).state, 'pending')
    await linkPhone(partsOf(), asking(anna), (await codeFor('+375297654321'))?.params.code ?? '')
    await trial.within((trx) => markPhoneProven(trx, anna, minutes(3)))
    const set = {
      ...own,
      state: 'set',
      masked: '+375 •• ••• •• 21',
      since: at,
      provenAt: minutes(3),
    }
    assert.deepEqual(await see(), set)
    const old = (await method.findContact(trial.db, anna)) as Phone
    assert.deepEqual(old, {
      kind: 'phone',
      value: '+375297654321',
      canonical: '+375297654321',
      confirmedAt: at,
      provenAt: minutes(3),
    })
    await trial.within((trx) => method.remove(trx, anna, at))
    assert.deepEqual(await see(), { ...own, state: 'none' }, 'a spent code waits for nothing')
    assert.equal(await trial.within((trx) => method.restore(trx, anna, old, at)), 'restored')
    assert.deepEqual(await method.findContact(trial.db, anna), old)
    assert.equal(await trial.within((trx) => method.distrust(trx, anna, at)), true)
    assert.equal(await trial.within((trx) => method.distrust(trx, anna, at)), false)
    const boris = await trial.newAccount()
    await trial.within((trx) =>
      putPhone(trx, keyring, { ...old, accountId: boris, e164: old.value, at }),
    )
    assert.equal(await trial.within((trx) => method.restore(trx, anna, old, at)), 'taken')
  })

  it('an account has one phone at most, and the old one is free in the same commit', async () => {
    const [anna, boris] = [await owner(), await trial.newAccount()]
    const put = (accountId: string, e164: string, when = at) =>
      trial.within((trx) =>
        putPhone(trx, keyring, { accountId, e164, confirmedAt: when, provenAt: when, at: when }),
      )
    const second = newNumber()
    const replaced = await put(anna.id, second)
    assert.deepEqual(replaced, {
      kind: 'put',
      old: {
        kind: 'phone',
        value: anna.e164,
        canonical: anna.e164,
        confirmedAt: minutes(-60),
        provenAt: minutes(-60),
      },
    })
    assert.deepEqual((await findPhone(trial.db, keyring, anna.id))?.confirmedAt, at)
    assert.deepEqual(await put(boris, second), { kind: 'taken' })
    assert.deepEqual(await put(boris, anna.e164), { kind: 'put', old: undefined })
    await trial.within((trx) => markPhoneProven(trx, anna.id, minutes(7)))
    assert.deepEqual(
      (await findPhone(trial.db, keyring, boris))?.provenAt,
      at,
      'nobody else has proven anything',
    )
    await put(anna.id, second, minutes(9))
    const again = await findPhone(trial.db, keyring, anna.id)
    assert.deepEqual([again?.confirmedAt, again?.provenAt], [at, minutes(9)])
    assert.equal((await trial.within((trx) => removePhone(trx, keyring, anna.id)))?.value, second)
    assert.equal(await trial.within((trx) => removePhone(trx, keyring, anna.id)), undefined)
    assert.equal((await findPhone(trial.db, keyring, boris))?.value, anna.e164, 'nobody else’s')
    const claims = await trial.db('claims').where({ account_id: anna.id })
    assert.deepEqual(claims, [])
  })
})
