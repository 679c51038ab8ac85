// Codes for a recovery below the pages: what is kept of them, and who is sent one.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, beforeEach, describe, it } from 'node:test'
import { nobody } from '#server/recovery/flow/begin-recovery.ts'
import type { MethodFlow } from '#server/recovery/flow/recovery-method.ts'
import {
  countCodeTry,
  decideCode,
  digestOfCode,
  findCodeRequest,
  numberOf,
  putCodeRequest,
  rekeyCodeRequests,
  spendCode,
} from '#server/recovery/phone/code-store.ts'
import { sendCodeTask, sendRecoveryCode } from '#server/recovery/phone/send-recovery-code.ts'
import { jobsOf, writtenMessages } from '#test/support/recovery/by-hand.ts'
import { at, keyring, minutes, onlyNew, rotated } from '#test/support/recovery/contact-trial.ts'
import { newNumber, startPhoneTrial } from '#test/support/recovery/phone-trial.ts'

const trial = await startPhoneTrial()
const { owner, partsOf } = trial
after(() => trial.stop())
beforeEach(() => trial.db('rate_limits').delete())

describe('the request for a code', () => {
  const put = (flowId: string, e164: string, when = at) =>
    trial.within((trx) =>
      putCodeRequest(trx, keyring, {
        flowId,
        e164,
        locale: 'de',
        at: when,
        expiresAt: new Date(when.getTime() + 600_000),
      }),
    )
  const find = (flowId: string, ring = keyring) => findCodeRequest(trial.db, ring, flowId)
  const decide = (flowId: string, sends: number, code = '01234567') =>
    trial.within((trx) => decideCode(trx, keyring, { flowId, sends, code }))
  const count = (flowId: string, when = at, triesAllowed = 5) =>
    trial.within((trx) => countCodeTry(trx, { flowId, at: when, triesAllowed }))
  const spend = (id: string, of: Buffer, when = at) =>
    trial.within((trx) => spendCode(trx, id, of, when))

  it('sending again gives no tries back', async () => {
    const [mine, other] = [await trial.newFlow(nobody), await trial.newFlow(nobody)]
    assert.equal(await find(mine.id), undefined)
    assert.equal(await put(mine.id, '+375291111111'), 1)
    const first = {
      e164: '+375291111111',
      locale: 'de',
      sends: 1,
      decided: false,
      tries: 0,
      expiresAt: minutes(10),
    }
    assert.deepEqual(await find(mine.id), first)
    const row = await trial.db('recovery_codes').where({ flow_id: mine.id }).first()
    assert.ok(!JSON.stringify(row).includes('1111111'), 'the number is sealed')
    assert.equal(await decide(mine.id, 1), true)
    assert.equal((await find(mine.id))?.decided, true)
    await count(mine.id)
    assert.equal(await put(mine.id, '+375292222222', minutes(3)), 2)
    assert.deepEqual(await find(mine.id), {
      e164: '+375292222222',
      locale: 'de',
      sends: 2,
      decided: false,
      tries: 1,
      expiresAt: minutes(13),
    })
    assert.equal(await find(other.id), undefined)
  })

  it('one worker answers a request for a code, while it is the newest and unspent', async () => {
    const { id } = await trial.newFlow(nobody)
    await put(id, '+375291111111')
    assert.equal(await decide(id, 2), false)
    assert.deepEqual((await Promise.all([decide(id, 1), decide(id, 1)])).filter(Boolean), [true])
    await put(id, '+375291111111')
    assert.equal(await decide(id, 1), false)
    await trial.db('recovery_codes').where({ flow_id: id }).update({ spent_at: at })
    assert.equal(await decide(id, 2), false)
  })

  it('a try is counted before it is judged', async () => {
    const { id } = await trial.newFlow(nobody)
    assert.equal(await count(id), undefined)
    await put(id, '+375291111111')
    const undecided = (await count(id)) ?? assert.fail('dead')
    assert.deepEqual([undecided.digest, undecided.keyId], [null, null])
    await decide(id, 1)
    const counted = await count(id, minutes(9.9))
    assert.ok(counted)
    assert.equal(counted.keyId, keyring.newestKeyId)
    assert.equal(await count(id, minutes(10)), undefined)
    const left = await Promise.all(Array.from({ length: 10 }, () => count(id)))
    assert.equal(left.filter((each) => each !== undefined).length, 3)
    assert.equal((await find(id))?.tries, 5)
  })

  it('a code works in its own flow only', async () => {
    const [mine, other] = [await trial.newFlow(nobody), await trial.newFlow(nobody)]
    for (const { id } of [mine, other]) {
      await put(id, '+375291111111')
      await decide(id, 1)
    }
    const counted = (await count(mine.id)) ?? assert.fail('dead')
    const right = digestOfCode(keyring, mine.id, counted, '01234567') ?? assert.fail('no digest')
    assert.deepEqual(right, counted.digest)
    assert.deepEqual(
      right,
      keyring.digest('recovery-codes.code', JSON.stringify([mine.id, '01234567'])),
    )
    assert.deepEqual(digestOfCode(rotated, mine.id, counted, '01234567'), right)
    assert.equal(digestOfCode(onlyNew, mine.id, counted, '01234567'), null)
    assert.match(numberOf(rotated, counted), /^\+375/)
    assert.equal(numberOf(onlyNew, counted), '')
    assert.notDeepEqual(digestOfCode(keyring, other.id, counted, '01234567'), right)
    assert.notDeepEqual(digestOfCode(keyring, mine.id, counted, '01234568'), right)
    assert.equal(digestOfCode(keyring, mine.id, { keyId: null }, '01234567'), null)
    assert.equal(await spend(other.id, right), false)
  })

  it('a code is spent once and in time', async () => {
    const mine = await trial.newFlow(nobody)
    await put(mine.id, '+375291111111')
    await decide(mine.id, 1)
    const counted = (await count(mine.id)) ?? assert.fail('dead')
    const right = counted.digest ?? assert.fail('no digest')
    assert.equal(await spend(mine.id, right, minutes(10)), false)
    assert.deepEqual(
      (await Promise.all([spend(mine.id, right), spend(mine.id, right)])).filter(Boolean),
      [true],
    )
    assert.equal(await count(mine.id), undefined, 'a spent code is dead')
  })

  it('requests for codes move to the newest key in portions, and locked rows stay', async () => {
    await trial.db('recovery_codes').delete()
    const flows = [
      await trial.newFlow(nobody),
      await trial.newFlow(nobody),
      await trial.newFlow(nobody),
    ]
    for (const { id } of flows) await put(id, '+375291111111')
    const rekey = (limit: number) => trial.within((trx) => rekeyCodeRequests(trx, rotated, limit))
    assert.equal(await trial.within((trx) => rekeyCodeRequests(trx, keyring, 10)), 0)
    await trial.within(async (other) => {
      await other('recovery_codes').where({ flow_id: flows[0]?.id }).forUpdate()
      assert.deepEqual([await rekey(1), await rekey(10)], [1, 1])
    })
    assert.deepEqual([await rekey(10), await rekey(10)], [1, 0])
    for (const { id } of flows) assert.equal((await find(id, onlyNew))?.e164, '+375291111111')
    const row = await trial.db('recovery_codes').where({ flow_id: flows[0]?.id }).first()
    const typed = JSON.parse(rotated.open('recovery-codes.number', row.number_sealed))
    assert.deepEqual(typed, { e164: '+375291111111', locale: 'de' })
  })
})

describe('the worker that sends codes', () => {
  const code = '01234567'
  async function asked(
    accountId: string,
    e164: string,
  ): Promise<{ flow: MethodFlow; payload: Record<string, unknown> }> {
    const flow = await trial.newFlow(accountId)
    const wanted = { flowId: flow.id, e164, locale: 'de', at, expiresAt: minutes(10) } as const
    const sends = await trial.within((trx) => putCodeRequest(trx, keyring, wanted))
    return { flow, payload: { flowId: flow.id, accountId, epoch: flow.epoch, sends } }
  }
  const send = (payload: Record<string, unknown>, more: object = {}) =>
    sendRecoveryCode(partsOf(more), payload, code)
  const messages = async () => (await writtenMessages(trial.db, keyring)).map(({ to }) => to)
  const isWorth = async (flowId: string, typed = code) => {
    const counted = await trial.within((trx) => countCodeTry(trx, { flowId, at, triesAllowed: 99 }))
    return counted?.digest
      ? digestOfCode(keyring, flowId, counted, typed)?.equals(counted.digest)
      : undefined
  }

  it('a code goes to the stored number, once, in the language of the account', async () => {
    await trial.db('messages').delete()
    const anna = await owner()
    const { flow, payload } = await asked(anna.id, anna.e164)
    await Promise.all([send(payload), send(payload)])
    await send(payload)
    assert.deepEqual(await writtenMessages(trial.db, keyring), [
      {
        name: 'recovery-code',
        channel: 'sms',
        to: anna.e164,
        locale: 'be',
        params: { code, expiresAt: minutes(10).toISOString() },
      },
    ])
    assert.equal(await isWorth(flow.id), true)
    const boris = await owner(newNumber(), 'la')
    const other = await asked(boris.id, boris.e164)
    await send(other.payload)
    assert.equal(
      (await writtenMessages(trial.db, keyring)).at(-1)?.locale,
      'de',
      'that of the page where none is known',
    )
  })

  it('a contact of somebody else leaves the same rows as the right one', async () => {
    const [anna, boris] = [await owner(), await owner()]
    const update = (what: object) => trial.db('accounts').where({ id: anna.id }).update(what)
    for (const [accountId, e164, change] of [
      [anna.id, boris.e164, { closed_at: null }],
      [await trial.newAccount(), anna.e164, { closed_at: null }],
      [nobody, anna.e164, { closed_at: null }],
      [anna.id, anna.e164, { blocked_at: at, block_reason: 'x' }],
      [anna.id, anna.e164, { blocked_at: null, block_reason: null, closed_at: at }],
    ] as const) {
      await update(change)
      await trial.db('messages').delete()
      const { flow, payload } = await asked(accountId, e164)
      await send(payload)
      assert.deepEqual(await messages(), [null])
      assert.equal((await findCodeRequest(trial.db, keyring, flow.id))?.decided, true)
      assert.equal(await isWorth(flow.id), false)
      assert.deepEqual(await trial.counters(), {}, 'nothing is sent, so nothing is counted')
    }
  })

  it('a code that nobody was sent cannot be guessed', async () => {
    const [anna, boris] = [await owner(), await owner()]
    const { flow, payload } = await asked(anna.id, boris.e164)
    await send(payload)
    for (const guess of [code, '00000000', '99999999'])
      assert.equal(await isWorth(flow.id, guess), false, guess)
  })

  it('a code is sent after all if a worker died between counting and sending', async () => {
    await trial.db('messages').delete()
    const anna = await owner()
    const { payload } = await asked(anna.id, anna.e164)
    let looks = 0
    const dying = {
      now: () => {
        if (looks++ > 0) throw new Error('killed')
        return at
      },
    }
    await assert.rejects(send(payload, { clock: dying }), /killed/)
    assert.deepEqual([await messages(), await trial.counters()], [[], {}])
    await send(payload)
    assert.deepEqual(await messages(), [anna.e164])
    assert.equal(Object.values(await trial.counters()).length, 5)
  })

  it('the worker sends nothing for a request that is gone, older or expired', async () => {
    await trial.db('messages').delete()
    const anna = await owner()
    const { flow, payload } = await asked(anna.id, anna.e164)
    await send({ ...payload, flowId: randomUUID() })
    await send({ ...payload, sends: 2 })
    await send(payload, { clock: { now: () => minutes(10) } })
    assert.deepEqual(await messages(), [])
    assert.equal((await findCodeRequest(trial.db, keyring, flow.id))?.decided, false)
    await send(payload, { clock: { now: () => minutes(9.9) } })
    assert.deepEqual(await messages(), [anna.e164])
  })

  it('a code that was asked for in an earlier epoch is not sent', async () => {
    await trial.db('messages').delete()
    const anna = await owner()
    const { flow, payload } = await asked(anna.id, anna.e164)
    await trial.db('accounts').where({ id: anna.id }).update({ epoch: 2 })
    await send(payload)
    assert.deepEqual(await messages(), [null])
    assert.equal(await isWorth(flow.id), false)
  })

  const databaseNow = async (): Promise<number> =>
    (await trial.db.raw('select now()')).rows[0].now.getTime()

  it('the worker tries again after a short wait, but after no other refusal', async () => {
    await trial.db('messages').delete()
    const anna = await owner()
    const { flow, payload } = await asked(anna.id, anna.e164)
    const refusing = (reason: string, retryAfterSeconds: number) => ({
      smsLimit: {
        within: () => ({ permit: async () => ({ kind: 'refused', reason, retryAfterSeconds }) }),
      },
    })
    const before = await databaseNow()
    await send(payload, refusing('wait', 5))
    assert.deepEqual(await messages(), [])
    assert.equal((await findCodeRequest(trial.db, keyring, flow.id))?.decided, false)
    const [job, ...more] = (await jobsOf(trial.db, sendCodeTask)).filter(
      (each) => each.payload.flowId === flow.id,
    )
    assert.equal(more.length, 0)
    assert.deepEqual(job?.payload, payload)
    const runAt = job?.runAt.getTime() ?? 0
    assert.ok(
      runAt - before >= 5000 && runAt - (await databaseNow()) <= 5000,
      'five seconds by the clock of the database',
    )
    await send(payload, refusing('burst', 5))
    assert.deepEqual(await messages(), [null])
    assert.equal(await isWorth(flow.id), false)
    const later = await asked(anna.id, anna.e164)
    await send(later.payload, refusing('wait', 6))
    assert.deepEqual(await messages(), [null, null])
    assert.equal(
      (await jobsOf(trial.db, sendCodeTask)).filter((each) => each.payload.flowId === later.flow.id)
        .length,
      0,
    )
  })

  it('the worker asks the limit for a confirmed number, in any country', async () => {
    const seen: unknown[] = []
    const permit = async (...all: unknown[]) => {
      seen.push(all)
      return { kind: 'permitted' }
    }
    const anna = await owner('+819012345678')
    const { payload } = await asked(anna.id, anna.e164)
    await trial.db('messages').delete()
    await send(payload, { smsLimit: { within: () => ({ permit }) } })
    const [[number, about] = []] = seen as [{ e164: string; country: string }, object][]
    assert.deepEqual(
      [number?.e164, number?.country, about],
      ['+819012345678', 'JP', { confirmed: true }],
    )
    assert.deepEqual(await messages(), ['+819012345678'])
    // What an older release linked and is no number by now is sent nothing.
    const boris = await owner('+1')
    const other = await asked(boris.id, '+1')
    await send(other.payload, { smsLimit: { within: () => ({ permit }) } })
    assert.equal(seen.length, 1)
    assert.deepEqual(new Set(await messages()), new Set(['+819012345678', null]))
  })
})
