// People change passwords and methods while the worker that sends notices is killed repeatedly.
import assert from 'node:assert/strict'
import type { Knex } from 'knex'
import type { Db } from '#db/connection.ts'
import { createTestDatabase } from '#test/support/database.ts'
import { startMailServer } from '#test/support/mail-platform/mail-server.ts'
import { arrivals, createLedger } from '#test/support/messages/notice-ledger.ts'
import { type LifeParts, liveThrough } from '#test/support/messages/notice-life.ts'
import { accountSid, authToken, startTwilioServer } from '#test/support/messages/twilio-server.ts'
import { eventually, startTestPortal, type TestPortal } from '#test/support/portal.ts'
import { type PortalProcess, startPortalProcess } from '#test/support/process.ts'

export interface NoticeOptions {
  readonly people: number
  readonly atOnce: number
  /** How long a worker lives at most. */
  readonly lifeMs: number
  /** How often it is killed at most; then one lives to the end. */
  readonly kills?: number
  /** How long the gateways take for a message at most. */
  readonly slowMs: number
  /** How long a message may take. */
  readonly patienceSeconds: number
  /** The worker's script; the portal itself by default. */
  readonly script?: string
}

export interface NoticeFigures {
  readonly people: number
  readonly changes: number
  readonly kills: number
  /** Messages that a worker had in hand when it was killed. */
  readonly inHand: number
  readonly letters: number
  /** Letters that arrived once more, under the same Message-ID: a mail program shows one. */
  readonly repeats: number
  readonly sms: number
  /** Codes by SMS, as often as they were asked for. */
  readonly codes: number
  /** How often the gateway was asked for what it took. */
  readonly asked: number
  /** SMS that took a second try. */
  readonly sentAgain: number
}

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds))
const numberOf = (nth: number) => `+37529${1_000_000 + nth * 10_007}`

type MailServer = Awaited<ReturnType<typeof startMailServer>>
type Gateway = Awaited<ReturnType<typeof startTwilioServer>>

/** Makes gateways slow and lossy, so that a kill finds a message in hand. @returns the end of it */
function troubleGateways(mail: MailServer, sms: Gateway, options: NoticeOptions): () => void {
  const slow = () => ({ ms: Math.random() * options.slowMs })
  const lost = () => (Math.random() < 0.5 ? 'answer-lost' : 'request-lost')
  for (let nth = 0; nth < options.people; nth += 1) sms.mishaps.push({ kind: 'slow', ...slow() })
  sms.mishaps.push({ kind: 'request-lost' }, { kind: 'answer-lost' })
  const trouble = setInterval(() => {
    while (mail.mishaps.length < 8)
      mail.mishaps.push(Math.random() < 0.02 ? { at: 'answer-lost' } : { at: 'slow', ...slow() })
    while (sms.mishaps.length < 8)
      sms.mishaps.push(Math.random() < 0.04 ? { kind: lost() } : { kind: 'slow', ...slow() })
  }, 50)
  return () => clearInterval(trouble)
}

interface Killing {
  kills: number
  /** Ids of messages. */
  readonly inHand: Set<string>
  /** No further kill; the last worker goes on. */
  stopKilling(): Promise<void>
  /** Ends the last worker as well. */
  end(): Promise<void>
}

function killAgainAndAgain(db: Db, env: Record<string, string>, options: NoticeOptions): Killing {
  const killsAtMost = options.kills ?? Number.POSITIVE_INFINITY
  let over = false
  let worker: PortalProcess | undefined
  async function killAll(): Promise<void> {
    while (!over) {
      worker = await startPortalProcess(env, options.script)
      if (killing.kills === killsAtMost) return
      await pause(Math.random() * options.lifeMs)
      if (over) return
      await worker.end('SIGKILL')
      killing.kills += 1
      const sending = await db('messages').where({ state: 'sending' }).select('id')
      for (const { id } of sending) killing.inHand.add(id)
    }
  }
  const killing: Killing = {
    kills: 0,
    inHand: new Set(),
    async stopKilling() {
      over = true
      await killed
    },
    async end() {
      over = true
      await killed.catch(() => {})
      await worker?.end('SIGKILL')
    },
  }
  const killed = killAll()
  killed.catch(() => {})
  return killing
}

const countMessages = async (query: Knex.QueryBuilder): Promise<number> =>
  Number((await query.count({ n: '*' }).first())?.n)

/** The gateway must have taken exactly what is recorded as sent. @returns SMS of a second try */
async function checkTexts(db: Db, sms: Gateway): Promise<number> {
  const texts = await db('messages').where({ channel: 'sms' }).select('provider_id', 'attempts')
  const tickets = texts.flatMap(({ provider_id: ticket }) => ticket ?? [])
  assert.deepEqual(tickets.toSorted(), sms.taken.map(({ sid }) => sid).toSorted())
  return texts.filter(({ attempts }) => attempts > 1).length
}

async function checkMessages(db: Db, patienceSeconds: number): Promise<void> {
  const inState = (...states: string[]) => db('messages').whereIn('state', states)
  // The last worker lives. A mail whose answers were lost may wait more than ten minutes.
  const open = () => countMessages(inState('queued', 'sending', 'doubtful'))
  await eventually(async () => (await open()) === 0, 4 * patienceSeconds)
  // A code or link that dies before it is sent is dropped, and its owner asks again.
  const asked = ['backup-address-code', 'phone-code', 'recovery-link']
  assert.equal(await countMessages(inState('failed', 'dropped').whereNotIn('name', asked)), 0)
  assert.equal(await countMessages(inState('unknown')), 0)
}

/** The settings of a worker beside this portal. */
function workerEnv(env: Record<string, string>, portal: TestPortal): Record<string, string> {
  const { argon2MemoryKib, argon2Passes, secretKeys, baseUrl = portal.url } = portal.settings
  return {
    ...env,
    ROLE: 'worker',
    DATABASE_URL: portal.database.url,
    BASE_URL: baseUrl,
    SECRET_KEYS: secretKeys.join(),
    ARGON2_MEMORY_KIB: String(argon2MemoryKib),
    ARGON2_PASSES: String(argon2Passes),
  }
}

/** Lives of so many people, some at once. */
async function liveAll(parts: LifeParts, { people, atOnce }: NoticeOptions): Promise<void> {
  const line = Array.from({ length: people }, (_, nth) => nth).values()
  const liveOneAfterAnother = async () => {
    for (const nth of line) await liveThrough(parts, `person${nth}n`, numberOf(nth))
  }
  await Promise.all(Array.from({ length: atOnce }, liveOneAfterAnother))
}

export async function proveNotices(options: NoticeOptions): Promise<NoticeFigures> {
  const { people, patienceSeconds } = options
  const database = await createTestDatabase()
  const mail = await startMailServer()
  const sms = await startTwilioServer()
  const env = {
    SMTP_URL: mail.url,
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_FROM: '+375291110000',
    TWILIO_API_BASE: sms.url,
    LIMIT_RECOVERIES_PER_IP_HOUR: '100000',
    LIMIT_SMS_WAIT_SECONDS: '0.01',
    LOG_LEVEL: 'error',
  }
  const portal = await startTestPortal({ database, worker: false, env })
  const ledger = createLedger()
  const arrived = () => arrivals(mail, sms)
  const endTrouble = troubleGateways(mail, sms, options)
  const killing = killAgainAndAgain(database.db, workerEnv(env, portal), options)
  try {
    await liveAll({ portal, ledger, arrived, patienceSeconds }, options)
    await killing.stopKilling()
    await checkMessages(database.db, patienceSeconds)
    const { wrong, repeats } = ledger.compare(arrived())
    assert.deepEqual(wrong, [])
    const sentAgain = await checkTexts(database.db, sms)
    const counted = ledger.count()
    return {
      people,
      ...counted,
      kills: killing.kills,
      inHand: killing.inHand.size,
      repeats,
      codes: sms.taken.length - counted.sms,
      asked: sms.questions(),
      sentAgain,
    }
  } finally {
    endTrouble()
    await killing.end()
    await portal.stop()
    await mail.stop()
    await sms.stop()
    await database.drop()
  }
}
