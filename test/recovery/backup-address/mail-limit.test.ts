// The limit of mails that people can make us send: how many, and when again.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { startAddressTrial } from '#test/support/recovery/address-trial.ts'
import { digest, isAbout } from '#test/support/recovery/contact-trial.ts'

const trial = await startAddressTrial()
const { mailLimit } = trial
after(() => trial.stop())
beforeEach(() => trial.db('rate_limits').delete())

const keyOf = (purpose: string, who: string) =>
  digest('limits.mail', JSON.stringify([purpose, who]))

test('one mail counts for the account and for the address, under digests', async () => {
  assert.deepEqual(await mailLimit.permit('confirm', ['anna', 'to@elsewhere.example']), {
    kind: 'permitted',
  })
  const [anna, to] = [keyOf('confirm', 'anna'), keyOf('confirm', 'to@elsewhere.example')]
  assert.deepEqual(await trial.counters(), {
    [`mail-burst:${anna}`]: 1,
    [`mail-burst:${to}`]: 1,
    [`mail-day:${anna}`]: 1,
    [`mail-day:${to}`]: 1,
  })
  for (const { key, expire } of await trial.db('rate_limits').select('key', 'expire'))
    isAbout((Number(expire) - Date.now()) / 1000, key.startsWith('mail-burst') ? 600 : 86_400)
})

test('a refused mail says until when, and gives back what was counted before', async () => {
  for (const [key, allowed] of [
    [`mail-burst:${keyOf('reset', 'to')}`, 5],
    [`mail-day:${keyOf('reset', 'to')}`, 10],
  ] as const) {
    await trial.db('rate_limits').delete()
    await trial.fill(key, allowed)
    const refused = await mailLimit.permit('reset', ['anna', 'to'])
    assert.ok(refused.kind === 'refused')
    isAbout(refused.retryAfterSeconds, 500)
    const { [key]: _own, ...others } = await trial.counters()
    assert.deepEqual(new Set([0, ...Object.values(others)]), new Set([0]), key)
    assert.deepEqual(
      await mailLimit.permit('confirm', ['to']),
      { kind: 'permitted' },
      'another purpose is counted apart',
    )
    await trial.db('rate_limits').delete()
    await trial.fill(key, allowed - 1)
    assert.deepEqual(
      await mailLimit.permit('reset', ['anna', 'to']),
      { kind: 'permitted' },
      'the last one',
    )
  }
})

test('the wait is the longest of all full limits, and looking counts nothing', async () => {
  assert.equal(await mailLimit.waitFor('confirm', ['anna', 'to']), 0)
  await trial.fill(`mail-burst:${keyOf('confirm', 'anna')}`, 5, 90)
  isAbout(await mailLimit.waitFor('confirm', ['anna', 'to']), 90)
  await trial.fill(`mail-day:${keyOf('confirm', 'to')}`, 10, 900)
  isAbout(await mailLimit.waitFor('confirm', ['anna', 'to']), 900)
  assert.equal(await mailLimit.waitFor('reset', ['anna', 'to']), 0)
  assert.equal(await mailLimit.waitFor('confirm', ['boris']), 0)
  assert.equal(Object.keys(await trial.counters()).length, 2)
})

test('a mail counted in a transaction is kept only with the transaction', async () => {
  const lost = trial.within(async (trx) => {
    assert.equal((await mailLimit.within(trx).permit('reset', ['anna'])).kind, 'permitted')
    throw new Error('killed')
  })
  await assert.rejects(lost, /killed/)
  assert.deepEqual(await trial.counters(), {})
  await trial.within((trx) => mailLimit.within(trx).permit('reset', ['anna']))
  assert.equal(Object.keys(await trial.counters()).length, 2)
})
