// A message trial whose gateway loses answers, so that nobody knows whether an SMS was sent.
import assert from 'node:assert/strict'
import { createTwilioTransport } from '#server/kit/messages/sms/twilio.ts'
import type { SmsTransport } from '#server/kit/messages/transport.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { createMessageTrial, type MessageTrial } from './message-trial.ts'
import { accountSid, authToken, startTwilioServer, type TwilioServer } from './twilio-server.ts'

export const minute = 60_000

export interface DoubtTrial extends MessageTrial {
  readonly database: TestDatabase
  readonly gateway: TwilioServer
  readonly sms: SmsTransport
  /** Before each test. */
  reset(): Promise<void>
  /** Queues a code that is valid for these minutes. */
  write(code?: string, minutes?: number, to?: string | null): Promise<string>
  /** One delivery attempt that loses something. */
  lose(what: 'request-lost' | 'answer-lost', id: string): Promise<string>
  /** Restores the state of a worker that died before it could write the result. */
  dieWith(id: string): Promise<void>
  /** Runs the job at its due time. */
  deliverWhenDue(id: string): Promise<void>
  /** Runs jobs at their due times until the message has this state. */
  until(id: string, state: string): Promise<void>
  end(
    id: string,
  ): Promise<{ state: string; outcome: string | null; ticket: string | null; wiped: boolean }>
  jobs(): Promise<{ payload: { messageId: string }; run_at: Date }[]>
  stop(): Promise<void>
}

export async function startDoubtTrial(): Promise<DoubtTrial> {
  const database = await createTestDatabase()
  let trial: MessageTrial
  const gateway = await startTwilioServer(() => trial.clock.now())
  const sms = createTwilioTransport({
    accountSid,
    authToken,
    from: 'Postern',
    apiBase: gateway.url,
  })
  trial = createMessageTrial(database.db, { sms })
  const { clock, row, deliver } = trial
  const messages = () => database.db('messages')

  async function deliverWhenDue(id: string): Promise<void> {
    const due = (await row(id)).due_at.getTime()
    clock.advance(Math.max(due - clock.now().getTime(), 0) + 1)
    await deliver(id)
  }
  return {
    ...trial,
    database,
    gateway,
    sms,
    deliverWhenDue,
    async reset() {
      await messages().delete()
      await database.db.raw('delete from graphile_worker._private_jobs')
      for (const list of [gateway.taken, gateway.mishaps, gateway.listMishaps]) list.length = 0
    },
    write(code = '12345678', minutes = 10, to = '+375291234567') {
      const params = {
        code,
        expiresAt: new Date(clock.now().getTime() + minutes * minute).toISOString(),
      }
      return trial.send({ name: 'recovery-code', channel: 'sms', to, locale: 'en', params })
    },
    async lose(what, id) {
      gateway.mishaps.push({ kind: what })
      await deliver(id)
      assert.equal((await row(id)).state, 'doubtful')
      return id
    },
    async dieWith(id) {
      const now = clock.now()
      await messages()
        .where({ id })
        .update({ state: 'sending', outcome: null, attempts: 1, sending_at: now, due_at: now })
      await database.db.raw('delete from graphile_worker._private_jobs')
    },
    async until(id, state) {
      for (let round = 0; round < 20 && (await row(id)).state !== state; round += 1)
        await deliverWhenDue(id)
      assert.equal((await row(id)).state, state)
    },
    async end(id) {
      const { state, outcome, provider_id: ticket, payload } = await row(id)
      return { state, outcome, ticket, wiped: payload === null }
    },
    async jobs() {
      return (await database.db.raw('select payload, run_at from graphile_worker._private_jobs'))
        .rows
    },
    async stop() {
      await gateway.stop()
      await database.drop()
    },
  }
}
