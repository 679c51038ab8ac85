import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { deliverMessage } from '#server/kit/messages/deliver-message.ts'
import { sweepMessages } from '#server/kit/messages/sweep-messages.ts'
import { type DoubtTrial, minute, startDoubtTrial } from '#test/support/messages/doubt-trial.ts'

describe('an SMS of which nobody knows whether the gateway took it', () => {
  let trial: DoubtTrial
  before(async () => {
    trial = await startDoubtTrial()
  })
  after(() => trial.stop())
  beforeEach(() => trial.reset())

  it('an SMS in doubt that the gateway has is settled and not sent again', async () => {
    const id = await trial.lose('answer-lost', await trial.write())
    await trial.deliverWhenDue(id)
    await trial.deliver(id)
    const { taken } = trial.gateway
    assert.deepEqual(await trial.end(id), {
      state: 'sent',
      outcome: null,
      ticket: taken[0]?.sid,
      wiped: true,
    })
    assert.equal(taken.length, 1)
  })

  it('an SMS in doubt that the gateway does not have is sent again, once', async () => {
    const id = await trial.lose('request-lost', await trial.write())
    assert.equal(trial.gateway.taken.length, 0)
    await trial.until(id, 'sent')
    await trial.deliver(id)
    assert.equal(trial.gateway.taken.length, 1)
    const { attempts, provider_id: ticket } = await trial.row(id)
    assert.deepEqual([attempts, ticket], [2, trial.gateway.taken[0]?.sid])
  })

  it('the time in doubt counts towards the wait of an SMS', async () => {
    const id = await trial.lose('request-lost', await trial.write('12345678', 60))
    for (const [least, most] of [
      [0, 0],
      [0, 0],
      [0, 9_000],
      [92_000, 148_000],
    ] as const) {
      trial.clock.advance(minute + 1)
      await trial.deliver(id)
      const { state, due_at: dueAt } = await trial.row(id)
      assert.equal(state, 'queued')
      const ahead = dueAt.getTime() - trial.clock.now().getTime()
      assert.ok(ahead >= least && ahead <= most, `${ahead} ms`)
      trial.clock.advance(ahead)
      await trial.lose('request-lost', id)
    }
  })

  it('the gateway is asked about an SMS in doubt five seconds after its try', async () => {
    const id = await trial.lose('answer-lost', await trial.write())
    const [before, began] = [trial.gateway.questions(), trial.clock.now().getTime()]
    const [job] = await trial.jobs()
    assert.equal(job?.payload.messageId, id)
    assert.equal(job?.run_at.getTime(), began + 5000)
    trial.clock.advance(4900)
    await trial.deliver(id)
    await sweepMessages(trial.parts)
    assert.equal(trial.gateway.questions(), before)
    trial.clock.advance(100)
    await trial.deliver(id)
    assert.equal((await trial.row(id)).state, 'sent')
  })

  it('a no of the gateway counts only once the lost request can no longer arrive', async () => {
    const id = await trial.lose('request-lost', await trial.write())
    const began = trial.clock.now().getTime()
    for (let round = 0; round < 20 && (await trial.row(id)).state === 'doubtful'; round += 1)
      await trial.deliverWhenDue(id)
    assert.equal((await trial.row(id)).state, 'queued')
    const waited = trial.clock.now().getTime() - began
    assert.ok(waited >= minute && waited < minute + 1000, `${waited} ms`)
    assert.equal(trial.gateway.taken.length, 0)
  })

  it('an SMS in doubt waits, longer each time, while the gateway cannot be asked', async () => {
    const id = await trial.lose('request-lost', await trial.write('12345678', 60))
    const mishaps = [
      { kind: 'error', status: 500 },
      { kind: 'error', status: 429, code: 20429 },
      { kind: 'error', status: 401, code: 20003 },
      { kind: 'gateway-page', status: 502 },
      { kind: 'gateway-page', status: 200 },
      { kind: 'request-lost' },
    ] as const
    const waits: number[] = []
    for (const mishap of mishaps) {
      trial.gateway.listMishaps.push(mishap)
      await trial.deliverWhenDue(id)
      const { state, due_at: dueAt } = await trial.row(id)
      assert.equal(state, 'doubtful')
      waits.push(dueAt.getTime() - trial.clock.now().getTime())
      assert.ok((await trial.jobs()).some(({ run_at: at }) => at.getTime() === dueAt.getTime()))
    }
    const growing = waits.toSorted((a, b) => a - b)
    assert.deepEqual(waits, growing)
    assert.equal(trial.gateway.taken.length, 0)
    await trial.until(id, 'sent')
    assert.equal(trial.gateway.taken.length, 1)
  })

  it('an SMS in doubt waits while its key is missing', async () => {
    const id = await trial.lose('answer-lost', await trial.write())
    const { payload } = await trial.row(id)
    await trial.database.db('messages').where({ id }).update({ payload: 'v1.00000000.AAAA' })
    await trial.deliverWhenDue(id)
    assert.equal((await trial.row(id)).state, 'doubtful')
    await trial.database.db('messages').where({ id }).update({ payload })
    await trial.until(id, 'sent')
    assert.equal(trial.gateway.taken.length, 1)
  })

  it('an SMS in doubt that expires while the gateway cannot be asked stays unknown', async () => {
    const id = await trial.lose('request-lost', await trial.write())
    trial.gateway.listMishaps.push(
      ...Array.from({ length: 20 }, () => ({ kind: 'error', status: 500 }) as const),
    )
    await trial.until(id, 'unknown')
    const { outcome, wiped } = await trial.end(id)
    assert.match(outcome ?? '', /^net\./)
    assert.ok(wiped)
    trial.gateway.listMishaps.length = 0
    await trial.deliver(id)
    await sweepMessages(trial.parts)
    assert.equal(trial.gateway.taken.length, 0)
  })

  it('an SMS in doubt that expires before the gateway says no is not sent again', async () => {
    const id = await trial.lose('request-lost', await trial.write('12345678', 1))
    await trial.until(id, 'failed')
    assert.equal(trial.gateway.taken.length, 0)
  })

  for (const status of [404, 405, 501]) {
    it(`an SMS in doubt ends as unknown if the gateway keeps no list (${status})`, async () => {
      const id = await trial.lose('answer-lost', await trial.write())
      trial.gateway.listMishaps.push({ kind: 'gateway-page', status })
      await trial.deliverWhenDue(id)
      await trial.deliver(id)
      const { state, wiped } = await trial.end(id)
      assert.deepEqual({ state, wiped }, { state: 'unknown', wiped: true })
      assert.equal(trial.gateway.taken.length, 1)
    })
  }

  it('an SMS in doubt ends as unknown if the gateway can never be asked', async () => {
    const { listTaken, ...mute } = trial.sms
    assert.ok(listTaken)
    const id = await trial.lose('request-lost', await trial.write())
    trial.clock.advance(minute + 1)
    await deliverMessage({ ...trial.parts, sms: mute }, id)
    assert.equal((await trial.row(id)).state, 'unknown')
  })

  for (const kind of ['request-lost', 'answer-lost'] as const) {
    it(`an SMS of a worker that died arrives once (${kind})`, async () => {
      const id = await trial.lose(kind, await trial.write())
      await trial.dieWith(id)
      await trial.deliver(id)
      await sweepMessages(trial.parts)
      assert.equal((await trial.row(id)).state, 'sending', 'its worker may still be alive')
      trial.clock.advance(minute + 1000)
      await trial.database.db.raw('delete from graphile_worker._private_jobs')
      await sweepMessages(trial.parts)
      const { state, outcome } = await trial.end(id)
      assert.deepEqual({ state, outcome }, { state: 'doubtful', outcome: 'worker.lost' })
      assert.ok((await trial.jobs()).some(({ payload }) => payload.messageId === id))
      await trial.until(id, 'sent')
      assert.equal(trial.gateway.taken.length, 1)
    })
  }

  it('an SMS of a worker that died is sent again without a wait, however often tried', async () => {
    const id = await trial.lose('request-lost', await trial.write())
    await trial.dieWith(id)
    await trial.database.db('messages').where({ id }).update({ attempts: 5 })
    trial.clock.advance(minute + 1000)
    await trial.deliver(id)
    const { state, due_at: dueAt } = await trial.row(id)
    assert.deepEqual([state, dueAt], ['queued', trial.clock.now()])
  })

  it('an SMS of a worker that died is also asked about by its own job', async () => {
    const id = await trial.lose('answer-lost', await trial.write())
    await trial.dieWith(id)
    trial.clock.advance(minute + 1000)
    await trial.deliver(id)
    assert.equal((await trial.row(id)).state, 'sent')
    assert.equal(trial.gateway.taken.length, 1)
  })

  it('the gateway is asked at once if a worker is dead, and later if it lives', async () => {
    const { db } = trial.database
    const id = await trial.lose('answer-lost', await trial.write())
    await trial.dieWith(id)
    await db('messages').where({ id }).update({ worker: 'pool-of-another' })
    const before = trial.gateway.questions()
    const alive = await db.transaction()
    await alive.raw(`select pg_advisory_xact_lock(hashtextextended('pool-of-another', 1))`)
    const deliver = () => deliverMessage(trial.parts, id, { worker: 'pool-of-mine', isBusy: false })
    await deliver()
    assert.equal((await trial.row(id)).state, 'sending')
    const [job] = await trial.jobs()
    assert.equal(job?.run_at.getTime(), trial.clock.now().getTime() + 5000)
    await alive.rollback()
    await deliver()
    assert.equal((await trial.row(id)).state, 'sent')
    assert.equal(trial.gateway.questions(), before + 1)
    assert.equal(trial.gateway.taken.length, 1)
  })

  it('an SMS that a living worker gave up is asked about when it returns to it', async () => {
    const { db } = trial.database
    const id = await trial.lose('answer-lost', await trial.write())
    await trial.dieWith(id)
    await db('messages').where({ id }).update({ worker: 'pool-of-mine' })
    const alive = await db.transaction()
    await alive.raw(`select pg_advisory_xact_lock(hashtextextended('pool-of-mine', 1))`)
    await deliverMessage(trial.parts, id, { worker: 'pool-of-mine', isBusy: true })
    assert.equal((await trial.row(id)).state, 'sending')
    await deliverMessage(trial.parts, id, { worker: 'pool-of-mine', isBusy: false })
    await alive.rollback()
    assert.equal((await trial.row(id)).state, 'sent')
  })

  it('an SMS in doubt that lost its job is found by the sweep', async () => {
    const id = await trial.lose('answer-lost', await trial.write())
    await trial.database.db.raw('delete from graphile_worker._private_jobs')
    trial.clock.advance(3 * minute)
    await sweepMessages(trial.parts)
    assert.ok((await trial.jobs()).some(({ payload }) => payload.messageId === id))
  })

  it('a decoy whose worker died is dropped, and the gateway is not asked', async () => {
    const id = await trial.write('12345678', 10, null)
    const before = trial.gateway.questions()
    await trial.dieWith(id)
    trial.clock.advance(minute + 1000)
    await sweepMessages(trial.parts)
    await trial.deliver(id)
    const { state, outcome } = await trial.end(id)
    assert.deepEqual({ state, outcome }, { state: 'dropped', outcome: 'decoy' })
    assert.equal(trial.gateway.questions(), before)
  })

  it('the log names an SMS in doubt without its number and code', async () => {
    const id = await trial.lose('answer-lost', await trial.write())
    trial.gateway.listMishaps.push({ kind: 'error', status: 500 })
    await trial.until(id, 'sent')
    assert.match(trial.logged(), /gateway did not say/)
    assert.doesNotMatch(trial.logged(), /37529|12345678/)
  })
})
