import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { deliverMessage } from '#server/kit/messages/deliver-message.ts'
import { recordDelivery } from '#server/kit/messages/delivery-store.ts'
import { sweepMessages } from '#server/kit/messages/sweep-messages.ts'
import { type DoubtTrial, minute, startDoubtTrial } from '#test/support/messages/doubt-trial.ts'

describe('an SMS in doubt', () => {
  let trial: DoubtTrial
  before(async () => {
    trial = await startDoubtTrial()
  })
  after(() => trial.stop())
  beforeEach(() => trial.reset())

  /** Resolves as soon as the gateway has it; its answer comes later. */
  async function sendSlowly(id: string): Promise<{ over: Promise<void> }> {
    trial.gateway.mishaps.push({ kind: 'slow', ms: 400 })
    const over = trial.deliver(id)
    over.catch(() => {})
    while (trial.gateway.taken.length === 0) await wait(10)
    return { over }
  }
  const report = (id: string, providerId: string) =>
    recordDelivery(trial.database.db, {
      id,
      providerId,
      delivery: 'delivered',
      deliveryCode: null,
      now: trial.clock.now(),
    })

  for (const kind of ['request-lost', 'answer-lost'] as const) {
    it(`an SMS in doubt is sent once by six workers at once (${kind})`, async () => {
      const id = await trial.lose(kind, await trial.write())
      trial.clock.advance(minute + 1000)
      for (let round = 0; round < 3; round += 1)
        await Promise.all(
          Array.from({ length: 6 }, () =>
            Promise.all([trial.deliver(id), sweepMessages(trial.parts)]),
          ),
        )
      assert.equal((await trial.row(id)).state, 'sent')
      assert.equal(trial.gateway.taken.length, 1)
    })
  }

  it('two SMS in doubt with the same words get a ticket each, and both arrive', async () => {
    const [first, second] = [await trial.write(), await trial.write()]
    await trial.lose('answer-lost', first)
    await trial.lose('request-lost', second)
    trial.clock.advance(minute + 1000)
    for (let round = 0; round < 3; round += 1) {
      await Promise.all([first, second, first, second].map((id) => trial.deliver(id)))
      trial.clock.advance(minute)
    }
    const tickets = [(await trial.end(first)).ticket, (await trial.end(second)).ticket]
    assert.deepEqual(new Set(tickets), new Set(trial.gateway.taken.map(({ sid }) => sid)))
    assert.equal(trial.gateway.taken.length, 2)
  })

  it('the ticket of an SMS does not count for another with the same words', async () => {
    const [first, second] = [await trial.write(), await trial.write()]
    await trial.deliver(first)
    await trial.lose('request-lost', second)
    await trial.until(second, 'sent')
    assert.deepEqual(
      trial.gateway.taken.map(({ sid }) => sid),
      [(await trial.end(first)).ticket, (await trial.end(second)).ticket],
    )
  })

  it('a gateway that repeats a ticket is asked again, then believed', async () => {
    const first = await trial.write()
    await trial.deliver(first)
    const body = { sid: trial.gateway.taken[0]?.sid, status: 'queued', error_code: null }
    const second = await trial.write('87654321')
    trial.gateway.mishaps.push({ kind: 'odd-answer', body }, { kind: 'odd-answer', body })
    await trial.deliver(second)
    const { state, outcome } = await trial.end(second)
    assert.deepEqual({ state, outcome }, { state: 'doubtful', outcome: 'gateway.repeated-ticket' })
    await trial.until(second, 'sent')
    assert.deepEqual(await trial.end(second), {
      state: 'sent',
      outcome: 'gateway.repeated-ticket',
      ticket: null,
      wiped: true,
    })
    assert.equal((await trial.end(first)).ticket, body.sid)
  })

  it('an SMS whose ticket went to another with the same words is sent again', async () => {
    const [slow, doubtful] = [await trial.write(), await trial.write()]
    await trial.lose('request-lost', doubtful)
    trial.clock.advance(minute + 1000)
    const { over } = await sendSlowly(slow)
    await trial.deliver(doubtful)
    assert.equal((await trial.end(doubtful)).ticket, trial.gateway.taken[0]?.sid)
    await over
    assert.equal((await trial.row(slow)).state, 'doubtful')
    trial.clock.advance(minute + 1000)
    await trial.deliver(slow)
    await trial.until(slow, 'sent')
    assert.equal(trial.gateway.taken.length, 2)
    assert.equal((await trial.end(slow)).ticket, trial.gateway.taken[1]?.sid)
  })

  it('a ticket that no message of ours explains keeps an SMS from being sent again', async () => {
    const id = await trial.lose('answer-lost', await trial.write())
    const [taken] = trial.gateway.taken
    assert.ok(taken)
    trial.gateway.taken[0] = { ...taken, body: `Sent from a trial account: ${taken.body}` }
    await trial.deliverWhenDue(id)
    assert.equal((await trial.row(id)).state, 'doubtful')
    assert.match(trial.logged(), /gateway\.unexplained/)
    await trial.until(id, 'unknown')
    assert.equal(trial.gateway.taken.length, 1)
  })

  it('an SMS in doubt does not wait because of old tickets of its number', async () => {
    const before = await trial.write('87654321')
    await trial.deliver(before)
    await trial.database.db('messages').where({ id: before }).delete()
    trial.clock.advance(6 * minute)
    const id = await trial.lose('request-lost', await trial.write())
    await trial.until(id, 'sent')
    assert.equal(trial.gateway.taken.length, 2)
  })

  it('a worker that was held up sends no SMS that another worker may have taken over', async () => {
    const id = await trial.write()
    const send: typeof trial.sms.send = (outgoing) => {
      trial.clock.advance(31_000)
      return trial.sms.send(outgoing)
    }
    await deliverMessage({ ...trial.parts, sms: { ...trial.sms, send } }, id)
    const { state, outcome } = await trial.end(id)
    assert.deepEqual({ state, outcome }, { state: 'queued', outcome: 'portal.late' })
    assert.equal(trial.gateway.taken.length, 0)
    await trial.deliver(id)
    assert.equal(trial.gateway.taken.length, 1)
  })

  it('the answer to an earlier try does not end a later try of an SMS', async () => {
    const id = await trial.write()
    const { over } = await sendSlowly(id)
    await trial.database.db('messages').where({ id }).update({ state: 'sending', attempts: 2 })
    await over
    assert.equal((await trial.row(id)).state, 'sending')
  })

  it('an SMS in doubt that Twilio reports counts as sent and is not asked about', async () => {
    const id = await trial.lose('answer-lost', await trial.write())
    const [ticket = '', before] = [trial.gateway.taken[0]?.sid, trial.gateway.questions()]
    assert.equal(await report(id, ticket), true)
    await trial.deliverWhenDue(id)
    assert.deepEqual(await trial.end(id).then(({ state, wiped }) => [state, wiped]), ['sent', true])
    assert.equal(trial.gateway.questions(), before)
  })

  it('an SMS that Twilio reports before its second try gets no second try', async () => {
    const id = await trial.lose('request-lost', await trial.write())
    trial.clock.advance(minute + 1)
    await trial.deliver(id)
    assert.equal((await trial.row(id)).state, 'queued')
    assert.equal(await report(id, `SM${'a'.repeat(32)}`), true)
    await trial.deliver(id)
    assert.equal((await trial.row(id)).state, 'sent')
    assert.equal(trial.gateway.taken.length, 0)
  })

  it('a report with the ticket of another SMS does not mark an SMS in doubt as sent', async () => {
    const [first, second] = [await trial.write(), await trial.write('87654321')]
    await trial.deliver(first)
    await trial.lose('request-lost', second)
    assert.equal(await report(second, trial.gateway.taken[0]?.sid ?? ''), false)
    assert.equal((await trial.row(second)).state, 'doubtful')
    const untried = await trial.write()
    assert.equal(await report(untried, `SM${'b'.repeat(32)}`), false)
  })
})
