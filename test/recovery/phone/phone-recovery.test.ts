// Recovery by phone below the pages: asking, waiting, proving, settling.
import assert from 'node:assert/strict'
import { after, beforeEach, describe, it } from 'node:test'
import type { Trx } from '#db/connection.ts'
import { writePhone } from '#server/core/identifiers/phone-number.ts'
import { newToken } from '#server/core/keys/secrets.ts'
import { nobody } from '#server/recovery/flow/begin-recovery.ts'
import type { MethodFlow } from '#server/recovery/flow/recovery-method.ts'
import { findCodeRequest } from '#server/recovery/phone/code-store.ts'
import { phoneMethod } from '#server/recovery/phone/method.ts'
import { sendCodeTask, sendRecoveryCode } from '#server/recovery/phone/send-recovery-code.ts'
import { findPhone, removePhone } from '#server/recovery/phone/store.ts'
import { jobsOf, writtenMessages } from '#test/support/recovery/by-hand.ts'
import {
  at,
  digest,
  isAbout,
  keyring,
  minutes,
  onlyNew,
} from '#test/support/recovery/contact-trial.ts'
import { newNumber, phoneSettings, startPhoneTrial } from '#test/support/recovery/phone-trial.ts'

const trial = await startPhoneTrial()
const { owner, partsOf } = trial
after(() => trial.stop())
beforeEach(() => trial.db('rate_limits').delete())

describe('recovery by phone', () => {
  const method = () => phoneMethod(partsOf())
  const challenge = (flow: MethodFlow, input: string | null) =>
    trial.within((trx) => method().challenge(trx, flow, input))
  const prove = (flow: MethodFlow, input: string) =>
    trial.within((trx) => method().prove(trx, flow, input))
  const describeFlow = (flow: MethodFlow) => method().showProof(trial.db, flow)
  const keyOf = (flow: MethodFlow, e164: string) =>
    digest('limits.recovery-sms', JSON.stringify([flow.askerKey, e164]))
  /** Asked, and answered by a worker with this code. */
  const wrongKeyOf = (flow: MethodFlow, e164: string) =>
    digest('limits.recovery-wrong-codes', JSON.stringify([flow.limitKey, e164]))

  async function asked(person: { id: string; e164: string }, code = '01234567') {
    const flow = await trial.newFlow(person.id)
    assert.deepEqual(await challenge(flow, person.e164), { kind: 'asked' })
    await sendRecoveryCode(
      partsOf(),
      { flowId: flow.id, accountId: person.id, epoch: flow.epoch, sends: 1 },
      code,
    )
    return flow
  }

  it('recovery by phone is a strong proof, and sends a code of eight digits', async () => {
    const { id, strength, pages, tasks } = method()
    assert.deepEqual([id, strength], ['phone', 'strong'])
    assert.deepEqual(pages, {
      rank: 2,
      challenge: { page: 'recover-sms', path: 'sms', field: 'phone' },
      proof: { page: 'recover-sms-code', path: 'sms/code', field: 'code' },
    })
    assert.deepEqual(Object.keys(tasks), ['phone:send-recovery-code'])
    const anna = await owner()
    const flow = await trial.newFlow(anna.id)
    await challenge(flow, anna.e164)
    await trial.db('messages').delete()
    await tasks[sendCodeTask]?.(
      { flowId: flow.id, accountId: anna.id, epoch: flow.epoch, sends: 1 },
      { attempt: 1, maxAttempts: 1 },
    )
    assert.match((await writtenMessages(trial.db, keyring))[0]?.params.code ?? '', /^\d{8}$/)
  })

  it('a request does not look up whose contact was typed', async () => {
    for (const accountId of [nobody, (await owner()).id]) {
      const flow = await trial.newFlow(accountId)
      assert.equal(await describeFlow(flow), null)
      assert.deepEqual(await challenge(flow, '8 029 765-43-21'), { kind: 'asked' })
      const request = await findCodeRequest(trial.db, keyring, flow.id)
      assert.deepEqual(request, {
        e164: '+375297654321',
        locale: 'de',
        sends: 1,
        decided: false,
        tries: 0,
        expiresAt: minutes(10),
      })
      const jobs = (await jobsOf(trial.db, sendCodeTask)).filter(
        ({ payload }) => payload.flowId === flow.id,
      )
      assert.deepEqual(
        jobs.map(({ payload }) => payload),
        [{ flowId: flow.id, accountId, epoch: flow.epoch, sends: 1 }],
      )
    }
  })

  it('a number that gets no SMS is refused, and asking again repeats the old one', async () => {
    const flow = await trial.newFlow(nobody)
    for (const [input, reason] of [
      [null, 'missing'],
      ['', 'missing'],
      ['12', 'shape'],
      ['+62 812 3456 7890', 'country'],
    ] as const)
      assert.deepEqual(await challenge(flow, input), { kind: 'refused', reason })
    assert.equal(await findCodeRequest(trial.db, keyring, flow.id), undefined)
    await challenge(flow, '+48 512 345 678')
    await trial.db('rate_limits').where('key', 'like', 'recovery-sms-wait%').delete()
    assert.deepEqual(await challenge(flow, null), { kind: 'asked' })
    const again = await findCodeRequest(trial.db, keyring, flow.id)
    assert.deepEqual([again?.e164, again?.sends], ['+48512345678', 2])
  })

  it('nobody asks faster than the page says, and a refused request is not counted', async () => {
    const flow = await trial.newFlow(nobody)
    const e164 = '+375297650001'
    await challenge(flow, e164)
    const key = keyOf(flow, e164)
    const [day, gate, recent] = ['day', 'wait', 'burst'].map(
      (which) => `recovery-sms-${which}:${key}`,
    ) as [string, string, string]
    assert.deepEqual(await trial.counters(), { [recent]: 1, [day]: 1, [gate]: 1 })
    const expiries: string[] = await trial.db('rate_limits').orderBy('key').pluck('expire')
    for (const [nth, seconds] of [600, 86_400, 60].entries())
      isAbout((Number(expiries[nth]) - Date.now()) / 1000, seconds)
    const refused = async (seconds: number) => {
      const outcome = await challenge(flow, e164)
      assert.ok(outcome.kind === 'wait')
      isAbout(outcome.retryAfterSeconds, seconds)
    }
    await refused(60)
    assert.deepEqual(await trial.counters(), { [recent]: 1, [day]: 1, [gate]: 2 })
    // Another network or known browser, and another number, have waits of their own.
    assert.equal((await challenge({ ...flow, askerKey: newToken() }, e164)).kind, 'asked')
    assert.equal((await challenge(flow, '+375297650002')).kind, 'asked')
    for (const [full, allowed] of [
      [recent, 3],
      [day, 6],
    ] as const) {
      await trial.db('rate_limits').delete()
      await trial.fill(full, allowed)
      await refused(500)
      const { [full]: _own, ...others } = await trial.counters()
      assert.deepEqual(new Set([0, ...Object.values(others)]), new Set([0]), full)
      await trial.db('rate_limits').delete()
      await trial.fill(full, allowed - 1)
      assert.equal((await challenge(flow, e164)).kind, 'asked')
    }
  })

  it('the waits of the page grow with each code of the day, in eighths of a second', async () => {
    const flow = await trial.newFlow(nobody)
    const e164 = '+375297650003'
    const short = phoneMethod(partsOf({ settings: { ...phoneSettings, limitSmsWaitSeconds: 0.3 } }))
    for (const [sent, wait] of [0.375, 0.625, 1.5, 1.5].entries()) {
      await trial.db('rate_limits').delete()
      if (sent > 0) await trial.fill(`recovery-sms-day:${keyOf(flow, e164)}`, sent)
      const before = Date.now()
      assert.equal((await trial.within((trx) => short.challenge(trx, flow, e164))).kind, 'asked')
      const row = await trial.db('rate_limits').where('key', 'like', 'recovery-sms-wait%').first()
      const [least, most] = [Number(row.expire) - Date.now(), Number(row.expire) - before]
      assert.ok(
        least <= wait * 1000 && most >= wait * 1000,
        `${sent}: ${least} to ${most} ms for ${wait} s`,
      )
    }
  })

  it('a visitor sees in full the number typed into this flow, and what is left', async () => {
    const flow = await trial.newFlow(nobody)
    const e164 = '+375297654321'
    await challenge(flow, e164)
    const base = { phone: writePhone(e164), digits: 8, minutes: 10, exhausted: false }
    const isShown = async (what: object, seconds: number) => {
      const { againAt, ...rest } = (await describeFlow(flow)) as { againAt: Date }
      assert.deepEqual(rest, what)
      isAbout((againAt.getTime() - at.getTime()) / 1000, seconds)
    }
    await isShown({ ...base, left: 5 }, 60)
    await trial.db('rate_limits').where('key', 'like', 'recovery-sms-wait%').delete()
    assert.deepEqual(await describeFlow(flow), { ...base, left: 5, againAt: null })
    await trial.fill(`recovery-sms-wait:${keyOf(flow, e164)}`, 1, 30)
    await trial.db('rate_limits').where('key', 'like', 'recovery-sms-burst%').delete()
    await trial.fill(`recovery-sms-burst:${keyOf(flow, e164)}`, 3, 400)
    await isShown({ ...base, left: 5 }, 400)
    await trial.db('rate_limits').where('key', 'like', 'recovery-sms-day%').delete()
    await trial.fill(`recovery-sms-day:${keyOf(flow, e164)}`, 6, 900)
    await isShown({ ...base, left: 0 }, 900)
    await trial.db('rate_limits').delete()
    await trial.db('recovery_codes').where({ flow_id: flow.id }).update({ tries: 5 })
    assert.deepEqual(await describeFlow(flow), { ...base, exhausted: true, left: 6, againAt: null })
    await trial.db('recovery_codes').where({ flow_id: flow.id }).update({ tries: 4 })
    assert.equal((await describeFlow(flow))?.exhausted, false)
  })

  it('the right code works once, as people paste it, and a misshapen one is no try', async () => {
    const anna = await owner()
    const flow = await asked(anna)
    for (const [input, reason] of [
      ['', 'missing'],
      ['   ', 'missing'],
      ['1234', 'shape'],
      ['12345678x', 'shape'],
    ] as const)
      assert.deepEqual(await prove(flow, input), { kind: 'refused', reason })
    assert.equal((await findCodeRequest(trial.db, keyring, flow.id))?.tries, 0)
    assert.deepEqual(await prove(flow, '01234568'), { kind: 'refused', reason: 'wrong' })
    const wrong = `recovery-wrong-codes:${wrongKeyOf(flow, anna.e164)}`
    assert.equal((await trial.counters())[wrong], 1)
    assert.deepEqual(await prove(flow, ' ０１２３ 4567'), { kind: 'right' })
    assert.equal((await trial.counters())[wrong], 1, 'the right code was no wrong one')
    assert.deepEqual(await prove(flow, '01234567'), { kind: 'refused', reason: 'dead' })
  })

  it('no code is right before a worker has decided, for a decoy, or after its time', async () => {
    const anna = await owner()
    const open = await trial.newFlow(anna.id)
    assert.deepEqual(await prove(open, '01234567'), { kind: 'refused', reason: 'dead' })
    await challenge(open, anna.e164)
    assert.deepEqual(await prove(open, '01234567'), { kind: 'refused', reason: 'wrong' })
    const decoy = await asked({ id: nobody, e164: anna.e164 })
    assert.deepEqual(await prove(decoy, '01234567'), { kind: 'refused', reason: 'wrong' })
    const late = await asked(await owner())
    assert.deepEqual(await prove({ ...late, at: minutes(10) }, '01234567'), {
      kind: 'refused',
      reason: 'dead',
    })
    const lost = await asked(await owner())
    const unlisted = phoneMethod(partsOf({ keyring: onlyNew }))
    assert.deepEqual(await trial.within((trx) => unlisted.prove(trx, lost, '01234567')), {
      kind: 'refused',
      reason: 'wrong',
    })
  })

  it('a code that another browser spends meanwhile proves nothing', async () => {
    const flow = await asked(await owner())
    const spending = (trx: Trx) =>
      new Proxy(trx, {
        get: (target, name) =>
          name !== 'raw'
            ? Reflect.get(target, name)
            : (sql: string, values: Record<string, string | Date>) =>
                // The row is locked by the count: only a clock that moved on can kill the code now.
                target.raw(
                  sql,
                  sql.includes('set spent_at') ? { ...values, at: minutes(11) } : values,
                ),
      })
    const outcome = await trial.within((trx) => method().prove(spending(trx), flow, '01234567'))
    assert.deepEqual(outcome, { kind: 'refused', reason: 'dead' })
  })

  it('wrong codes of a name are limited for a day over all its flows', async () => {
    const anna = await owner()
    const flow = await asked(anna)
    for (let i = 0; i < 3; i++)
      assert.deepEqual(await prove(flow, '00000000'), { kind: 'refused', reason: 'wrong' })
    const full = await prove(flow, '01234567')
    assert.ok(full.kind === 'wait' && full.retryAfterSeconds > 86_390)
    assert.deepEqual(await prove({ ...flow, limitKey: newToken() }, '01234567'), { kind: 'right' })
    const other = await asked(await owner())
    for (let i = 0; i < 5; i++) await prove({ ...other, limitKey: newToken() }, '00000000')
    assert.deepEqual(await prove({ ...other, limitKey: newToken() }, '01234567'), {
      kind: 'refused',
      reason: 'dead',
    })
  })

  it('a stranger who does not know the number uses up no try of its owner', async () => {
    const anna = await owner()
    const flow = await asked(anna)
    const { limitKey } = flow
    const stranger = { ...(await trial.newFlow(anna.id)), limitKey }
    assert.deepEqual(await challenge(stranger, newNumber()), { kind: 'asked' })
    for (let i = 0; i < 3; i++)
      assert.deepEqual(await prove(stranger, '00000000'), { kind: 'refused', reason: 'wrong' })
    assert.equal((await prove(stranger, '00000000')).kind, 'wait')
    assert.deepEqual(await prove(flow, '01234567'), { kind: 'right' })
  })

  it('a phone set, replaced or removed since the flow began proves nothing', async () => {
    const anna = await owner()
    const flow = await trial.newFlow(anna.id)
    const settle = (more: Partial<MethodFlow> = {}) =>
      trial.within((trx) => method().settle(trx, { ...flow, ...more }, null))
    assert.equal(await settle({ at: minutes(4) }), 'strong')
    assert.deepEqual((await findPhone(trial.db, keyring, anna.id))?.provenAt, minutes(4))
    assert.equal(await settle({ begunAt: minutes(-60) }), 'strong')
    assert.equal(await settle({ begunAt: minutes(-61) }), false, 'linked since then')
    assert.equal(await settle({ accountId: nobody }), false)
    await trial.within((trx) => removePhone(trx, keyring, anna.id))
    assert.equal(await settle(), false)
  })
})
