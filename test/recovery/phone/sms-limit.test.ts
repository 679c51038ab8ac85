// The limit of SMS: how many go to whom, and when there can be another one.
import assert from 'node:assert/strict'
import { after, beforeEach, describe, it } from 'node:test'
import { createLimits } from '#server/kit/limits/limits.ts'
import { createSmsLimit, type SmsPermit } from '#server/recovery/phone/sms-limit.ts'
import { digest, isAbout, keyring } from '#test/support/recovery/contact-trial.ts'
import { phoneSettings, startPhoneTrial } from '#test/support/recovery/phone-trial.ts'

const trial = await startPhoneTrial()
const { smsLimit } = trial
after(() => trial.stop())
beforeEach(() => trial.db('rate_limits').delete())

describe('the limit of SMS', () => {
  const number = { e164: '+375291234567', country: 'BY', prefix: '+37529123' }
  const [byNumber, byPrefix] = [
    digest('limits.sms-number', number.e164),
    digest('limits.sms-prefix', number.prefix),
  ]
  const ask = (about: { accountId?: string; confirmed?: boolean } = {}) =>
    smsLimit.permit(number, { confirmed: false, ...about })
  const refusal = (permit: SmsPermit) => {
    assert.ok(permit.kind === 'refused')
    return permit
  }

  it('one SMS counts for the account, the number, its block and the day', async () => {
    assert.deepEqual(await ask({ accountId: 'anna' }), { kind: 'permitted' })
    assert.deepEqual(await trial.counters(), {
      'sms-account:anna': 1,
      'sms-total:all': 1,
      [`sms-burst:${byNumber}`]: 1,
      [`sms-number:${byNumber}`]: 1,
      [`sms-wait:${byNumber}`]: 1,
      [`sms-number-strangers:${byNumber}`]: 1,
      [`sms-prefix:${byPrefix}`]: 1,
    })
    const rows = await trial.db('rate_limits').select('key', 'expire')
    const day = 86_400
    const lives: Record<string, number> = {
      'sms-account': day,
      'sms-number': day,
      'sms-number-strangers': day,
      'sms-total': day,
      'sms-wait': 60,
      'sms-burst': 600,
      'sms-prefix': 3600,
    }
    for (const { key, expire } of rows)
      isAbout((Number(expire) - Date.now()) / 1000, lives[key.split(':')[0] ?? ''] ?? 0)
  })

  it('no counter reveals a number', async () => {
    await ask({ accountId: 'anna' })
    const keys = Object.keys(await trial.counters())
    assert.equal(keys.length, 7)
    assert.ok(!keys.some((key) => /37529|1234567/.test(key)), keys.join())
  })

  it('a request for an SMS without an account counts for none', async () => {
    await ask()
    assert.ok(
      !Object.keys(await trial.counters()).some((key) => key.startsWith('sms-account')),
      'nobody in particular asked',
    )
  })

  it('a refused SMS has a reason and a wait, and gives back what was counted before', async () => {
    assert.deepEqual(await smsLimit.permit({ ...number, country: 'ID' }, { confirmed: true }), {
      kind: 'refused',
      reason: 'country',
      retryAfterSeconds: 86_400,
    })
    assert.deepEqual(await trial.counters(), {})
    for (const [reason, key, allowed] of [
      ['account', 'sms-account:anna', 10],
      ['number', `sms-number:${byNumber}`, 6],
      ['number', `sms-number-strangers:${byNumber}`, 4],
      ['wait', `sms-wait:${byNumber}`, 1],
      ['burst', `sms-burst:${byNumber}`, 3],
      ['prefix', `sms-prefix:${byPrefix}`, 20],
      ['total', 'sms-total:all', 100],
    ] as const) {
      await trial.db('rate_limits').delete()
      await trial.fill(key, allowed)
      const refused = refusal(await ask({ accountId: 'anna' }))
      assert.equal(refused.reason, reason)
      isAbout(refused.retryAfterSeconds, 500)
      const { [key]: _own, 'sms-account:anna': asked, ...others } = await trial.counters()
      assert.deepEqual(new Set([0, ...Object.values(others)]), new Set([0]), reason)
      if (reason !== 'account') assert.equal(asked, 1)
      await trial.db('rate_limits').delete()
      await trial.fill(key, allowed - 1)
      assert.deepEqual(
        await ask({ accountId: 'anna' }),
        { kind: 'permitted' },
        `${reason}: the last one`,
      )
    }
  })

  it('a request counts for the account that asks, whatever becomes of it', async () => {
    await trial.fill(`sms-number:${byNumber}`, 6)
    for (let asked = 0; asked < 10; asked++)
      assert.equal(refusal(await ask({ accountId: 'anna' })).reason, 'number')
    assert.equal((await trial.counters())['sms-account:anna'], 10)
    assert.equal(refusal(await ask({ accountId: 'anna' })).reason, 'account')
  })

  it('confirmed numbers are served beyond the total of the day', async () => {
    await trial.fill('sms-total:all', 100)
    assert.equal((await ask({ confirmed: true })).kind, 'permitted')
    assert.equal(
      (await smsLimit.permit({ ...number, e164: '+375291234568' }, { confirmed: false })).kind,
      'refused',
    )
  })

  it('strangers leave the owner of a number a third of its day', async () => {
    for (const [perDay, strangers] of [
      [5, 5],
      [6, 4],
      [12, 8],
    ] as const) {
      const own = createSmsLimit(createLimits(trial.db), keyring, {
        ...phoneSettings,
        limitSmsPerNumberDay: perDay,
      })
      const kindOf = async (confirmed: boolean) => (await own.permit(number, { confirmed })).kind
      await trial.db('rate_limits').delete()
      await trial.fill(`sms-number-strangers:${byNumber}`, strangers - 1)
      assert.equal(await kindOf(false), 'permitted', `${perDay}: the last one`)
      await trial.db('rate_limits').delete()
      await trial.fill(`sms-number-strangers:${byNumber}`, strangers)
      assert.equal(await kindOf(false), 'refused', String(perDay))
      assert.equal(await kindOf(true), 'permitted', String(perDay))
      assert.equal(
        (await trial.counters())[`sms-number-strangers:${byNumber}`],
        strangers + 1,
        'hers counts apart',
      )
    }
  })

  it('the waits of a number grow with each SMS of the day, in eighths of a second', async () => {
    for (const [sent, wait] of [0.375, 0.625, 1.5, 1.5, 1.5].entries()) {
      const short = createSmsLimit(createLimits(trial.db), keyring, {
        ...phoneSettings,
        limitSmsWaitSeconds: 0.3,
      })
      await trial.db('rate_limits').delete()
      if (sent > 0) await trial.fill(`sms-number:${byNumber}`, sent)
      const before = Date.now()
      assert.equal((await short.permit(number, { confirmed: false })).kind, 'permitted')
      const row = await trial
        .db('rate_limits')
        .where({ key: `sms-wait:${byNumber}` })
        .first()
      const [least, most] = [Number(row.expire) - Date.now(), Number(row.expire) - before]
      assert.ok(
        least <= wait * 1000 && most >= wait * 1000,
        `${sent}: ${least} to ${most} ms for ${wait} s`,
      )
    }
  })

  it('an SMS counted in a transaction is kept only with the transaction', async () => {
    const lost = trial.within(async (trx) => {
      assert.equal(
        (await smsLimit.within(trx).permit(number, { confirmed: true })).kind,
        'permitted',
      )
      throw new Error('killed')
    })
    await assert.rejects(lost, /killed/)
    assert.deepEqual(await trial.counters(), {})
    await trial.within((trx) => smsLimit.within(trx).permit(number, { confirmed: true }))
    assert.equal(Object.keys(await trial.counters()).length, 5)
  })
})
