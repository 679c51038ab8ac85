import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { sweepMessages } from '#server/messages/sweep-messages.ts'
import type { SmsTransport } from '#server/messages/transport.ts'
import { createTwilioTransport } from '#server/messages/twilio.ts'
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts'
import { createMessageTrial, type MessageTrial } from '#test/support/message-trial.ts'
import { accountSid, authToken, startTwilioServer, type TwilioServer } from '#test/support/twilio-server.ts'

const to = '+375291234567'
const minute = 60_000

describe('an SMS of which nobody knows whether the gateway took it', () => {
  let database: TestDatabase
  let gateway: TwilioServer
  let sms: SmsTransport
  let trial: MessageTrial
  before(async () => {
    database = await createTestDatabase()
    gateway = await startTwilioServer(() => trial.clock.now())
    sms = createTwilioTransport({ accountSid, authToken, from: 'Postern', apiBase: gateway.url })
  })
  after(async () => {
    await gateway.stop()
    await database.drop()
  })
  beforeEach(async () => {
    await database.db('messages').delete()
    await database.db.raw('delete from graphile_worker._private_jobs')
    for (const list of [gateway.taken, gateway.mishaps, gateway.listMishaps]) list.length = 0
    trial = createMessageTrial(database.db, { sms })
  })

  /** A code that lives for so many minutes. */
  function write(code = '12345678', minutes = 10): Promise<string> {
    const expiresAt = new Date(trial.clock.now().getTime() + minutes * minute).toISOString()
    return trial.send({ name: 'recovery-code', channel: 'sms', to, locale: 'en', params: { code, expiresAt } })
  }
  async function tryWith(kind: 'request-lost' | 'answer-lost', id: string): Promise<string> {
    gateway.mishaps.push({ kind })
    await trial.deliver(id)
    assert.equal((await trial.row(id)).state, 'doubtful')
    return id
  }
  /** What a job does that comes when it is due. */
  async function deliverWhenDue(id: string): Promise<void> {
    const due = (await trial.row(id)).due_at.getTime()
    trial.clock.advance(Math.max(due - trial.clock.now().getTime(), 0) + 1)
    await trial.deliver(id)
  }
  async function until(id: string, state: string): Promise<void> {
    for (let round = 0; round < 20 && (await trial.row(id)).state !== state; round += 1) await deliverWhenDue(id)
    assert.equal((await trial.row(id)).state, state)
  }
  const end = async (id: string) => {
    const { state, outcome, provider_id, payload } = await trial.row(id)
    return { state, outcome, ticket: provider_id, wiped: payload === null }
  }
  const jobs = async () => {
    const { rows } = await database.db.raw('select payload, run_at from graphile_worker._private_jobs')
    return rows as { payload: { messageId: string }; run_at: Date }[]
  }

  it('that the gateway has is settled as sent with its ticket, and not sent again', async () => {
    const id = await tryWith('answer-lost', await write())
    await deliverWhenDue(id)
    await trial.deliver(id)
    const [taken] = gateway.taken
    assert.deepEqual(await end(id), { state: 'sent', outcome: null, ticket: taken?.sid, wiped: true })
    assert.equal(gateway.taken.length, 1)
  })

  it('that the gateway has not got is sent again, once', async () => {
    const id = await tryWith('request-lost', await write())
    assert.equal(gateway.taken.length, 0)
    await until(id, 'sent')
    assert.equal(gateway.taken.length, 1)
    assert.equal((await trial.row(id)).attempts, 2)
    assert.equal((await trial.row(id)).provider_id, gateway.taken[0]?.sid)
  })

  it('is not asked about before a request that is still on its way must have ended', async () => {
    const id = await tryWith('request-lost', await write())
    const [before, began] = [gateway.questions(), trial.clock.now().getTime()]
    const [job] = await jobs()
    assert.equal(job?.payload.messageId, id)
    assert.equal(job?.run_at.getTime(), began + minute)
    trial.clock.advance(59_000)
    await trial.deliver(id)
    await sweepMessages(trial.parts)
    assert.equal(gateway.questions(), before)
    assert.equal((await trial.row(id)).state, 'doubtful')
  })

  it('waits where the gateway cannot be asked, longer each time, and is never sent blindly', async () => {
    const id = await tryWith('request-lost', await write('12345678', 60))
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
      gateway.listMishaps.push(mishap)
      await deliverWhenDue(id)
      const { state, due_at: dueAt } = await trial.row(id)
      assert.equal(state, 'doubtful')
      waits.push(dueAt.getTime() - trial.clock.now().getTime())
      assert.ok((await jobs()).some(({ run_at: at }) => at.getTime() === dueAt.getTime()))
    }
    assert.deepEqual(
      waits,
      waits.toSorted((a, b) => a - b),
    )
    assert.equal(gateway.taken.length, 0)
    await until(id, 'sent')
    assert.equal(gateway.taken.length, 1)
  })

  it('that dies while the gateway cannot be asked stays unknown', async () => {
    const id = await tryWith('request-lost', await write())
    gateway.listMishaps.push(...Array.from({ length: 20 }, () => ({ kind: 'error', status: 500 }) as const))
    await until(id, 'unknown')
    assert.ok(trial.clock.now() < (await trial.row(id)).expires_at)
    const { outcome, wiped } = await end(id)
    assert.match(outcome ?? '', /^net\./)
    assert.ok(wiped)
    gateway.listMishaps.length = 0
    await trial.deliver(id)
    await sweepMessages(trial.parts)
    assert.equal(gateway.taken.length, 0)
  })

  it('that is dead by the time the gateway says that it has not got it is not sent any more', async () => {
    const id = await tryWith('request-lost', await write('12345678', 1))
    await deliverWhenDue(id)
    assert.equal((await trial.row(id)).state, 'failed')
    assert.equal(gateway.taken.length, 0)
  })

  for (const status of [404, 405, 501]) {
    it(`ends as unknown where the gateway keeps no list (${status})`, async () => {
      const id = await tryWith('answer-lost', await write())
      gateway.listMishaps.push({ kind: 'gateway-page', status })
      await deliverWhenDue(id)
      await trial.deliver(id)
      assert.deepEqual(await end(id).then(({ state, wiped }) => ({ state, wiped })), { state: 'unknown', wiped: true })
      assert.equal(gateway.taken.length, 1)
    })
  }

  it('ends as unknown where the gateway cannot be asked at all', async () => {
    const { listTaken, ...mute } = sms
    assert.ok(listTaken)
    trial = createMessageTrial(database.db, { sms: mute })
    const id = await tryWith('request-lost', await write())
    await deliverWhenDue(id)
    assert.equal((await trial.row(id)).state, 'unknown')
  })

  for (const kind of ['request-lost', 'answer-lost'] as const) {
    it(`that a worker had in hand when it died arrives once (${kind})`, async () => {
      const id = await tryWith(kind, await write())
      // The worker died before it could write anything down.
      await database.db('messages').where({ id }).update({ state: 'sending', outcome: null })
      await database.db.raw('delete from graphile_worker._private_jobs')
      await trial.deliver(id)
      await sweepMessages(trial.parts)
      assert.equal((await trial.row(id)).state, 'sending', 'its worker may still be alive')
      trial.clock.advance(61_000)
      await sweepMessages(trial.parts)
      assert.deepEqual(await end(id).then(({ state, outcome }) => ({ state, outcome })), {
        state: 'doubtful',
        outcome: 'worker.lost',
      })
      assert.ok((await jobs()).some(({ payload }) => payload.messageId === id))
      await until(id, 'sent')
      assert.equal(gateway.taken.length, 1)
    })
  }

  it('that a worker had in hand when it died is asked about by its own job as well, when that comes back', async () => {
    const id = await tryWith('answer-lost', await write())
    await database.db('messages').where({ id }).update({ state: 'sending', outcome: null })
    trial.clock.advance(61_000)
    await trial.deliver(id)
    assert.equal((await trial.row(id)).state, 'sent')
    assert.equal(gateway.taken.length, 1)
  })

  for (const kind of ['request-lost', 'answer-lost'] as const) {
    it(`is sent once by six workers at once (${kind})`, async () => {
      const id = await tryWith(kind, await write())
      trial.clock.advance(61_000)
      for (let round = 0; round < 3; round += 1)
        await Promise.all(Array.from({ length: 6 }, () => Promise.all([trial.deliver(id), sweepMessages(trial.parts)])))
      assert.equal((await trial.row(id)).state, 'sent')
      assert.equal(gateway.taken.length, 1)
    })
  }

  it('is one of two with the same words: each gets a ticket of its own, and both arrive', async () => {
    const [first, second] = [await write(), await write()]
    await tryWith('answer-lost', first)
    await tryWith('request-lost', second)
    trial.clock.advance(61_000)
    for (let round = 0; round < 3; round += 1) {
      // The loser of a race for a ticket throws, and the queue runs its job again.
      await Promise.allSettled([first, second, first, second].map((id) => trial.deliver(id)))
    }
    const tickets = [(await end(first)).ticket, (await end(second)).ticket]
    assert.deepEqual(new Set(tickets), new Set(gateway.taken.map(({ sid }) => sid)))
    assert.equal(gateway.taken.length, 2)
  })

  it('has the same words as one that was sent: what the gateway took for that one is not this one', async () => {
    const [first, second] = [await write(), await write()]
    await trial.deliver(first)
    await tryWith('request-lost', second)
    await until(second, 'sent')
    assert.deepEqual(
      gateway.taken.map(({ sid }) => sid),
      [(await end(first)).ticket, (await end(second)).ticket],
    )
  })

  it('took the ticket of another with the same words whose answer came late: that other one is sent again', async () => {
    const [slow, doubtful] = [await write(), await write()]
    await tryWith('request-lost', doubtful)
    trial.clock.advance(61_000)
    gateway.mishaps.push({ kind: 'slow', ms: 400 })
    const sending = trial.deliver(slow)
    while (gateway.taken.length === 0) await new Promise((wake) => setTimeout(wake, 10))
    await trial.deliver(doubtful)
    assert.equal((await end(doubtful)).ticket, gateway.taken[0]?.sid)
    await assert.rejects(sending, { code: '23505' })
    trial.clock.advance(61_000)
    await trial.deliver(slow)
    await until(slow, 'sent')
    assert.equal(gateway.taken.length, 2)
    assert.equal((await end(slow)).ticket, gateway.taken[1]?.sid)
  })

  it('Security: what the gateway took for the number and no message of ours explains may be this one in other words, so nothing is sent.', async () => {
    const id = await tryWith('answer-lost', await write())
    const [taken] = gateway.taken
    assert.ok(taken)
    gateway.taken[0] = { ...taken, body: 'Sent from a trial account: Code: 12345678' }
    await deliverWhenDue(id)
    assert.equal((await trial.row(id)).state, 'doubtful')
    assert.match(trial.logged(), /gateway\.unexplained/)
    await until(id, 'unknown')
    assert.equal(gateway.taken.length, 1)
  })

  it('is not held up by what the gateway took for the number long before', async () => {
    const [before] = [await write('87654321')]
    await trial.deliver(before)
    await database.db('messages').where({ id: before }).delete()
    trial.clock.advance(6 * minute)
    const id = await tryWith('request-lost', await write())
    await until(id, 'sent')
    assert.equal(gateway.taken.length, 2)
  })

  it('Security: a worker that was held up in the middle sends no SMS that another may have taken over meanwhile.', async () => {
    const id = await write()
    const late: SmsTransport = {
      ...sms,
      send(outgoing) {
        trial.clock.advance(31_000)
        return sms.send(outgoing)
      },
    }
    const { parts } = trial
    trial = { ...trial, parts: { ...parts, sms: late } }
    const { deliverMessage } = await import('#server/messages/deliver-message.ts')
    await deliverMessage(trial.parts, id)
    assert.deepEqual(await end(id).then(({ state, outcome }) => ({ state, outcome })), {
      state: 'queued',
      outcome: 'portal.late',
    })
    assert.equal(gateway.taken.length, 0)
    await deliverMessage(parts, id)
    assert.equal(gateway.taken.length, 1)
  })

  it('is not ended by the answer to an earlier try', async () => {
    const id = await write()
    gateway.mishaps.push({ kind: 'slow', ms: 400 })
    const first = trial.deliver(id)
    while (gateway.taken.length === 0) await new Promise((wake) => setTimeout(wake, 10))
    await database.db('messages').where({ id }).update({ state: 'sending', attempts: 2 })
    await first
    assert.equal((await trial.row(id)).state, 'sending')
  })

  it('was for nobody, and its worker died: it is dropped, and the gateway is not asked', async () => {
    const expiresAt = new Date(trial.clock.now().getTime() + 10 * minute).toISOString()
    const params = { code: '12345678', expiresAt }
    const id = await trial.send({ name: 'recovery-code', channel: 'sms', to: null, locale: 'en', params })
    const before = gateway.questions()
    await database.db('messages').where({ id }).update({ state: 'sending', sending_at: trial.clock.now(), attempts: 1 })
    trial.clock.advance(61_000)
    await sweepMessages(trial.parts)
    await trial.deliver(id)
    assert.equal((await trial.row(id)).outcome, 'decoy')
    assert.equal(gateway.questions(), before)
  })

  it('is told of in the log without its number and its code', async () => {
    const id = await tryWith('answer-lost', await write())
    gateway.listMishaps.push({ kind: 'error', status: 500 })
    await until(id, 'sent')
    assert.match(trial.logged(), /gateway did not say/)
    assert.doesNotMatch(trial.logged(), /37529|12345678/)
  })
})
