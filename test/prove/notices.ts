// People change passwords and methods while the worker that sends their notices is killed again and again.
import assert from 'node:assert/strict'
import { createTestDatabase } from '#test/support/database.ts'
import { startMailServer } from '#test/support/mail-server.ts'
import { arrivals, createLedger } from '#test/support/notice-ledger.ts'
import { liveThrough } from '#test/support/notice-life.ts'
import { eventually, startTestPortal } from '#test/support/portal.ts'
import { type PortalProcess, startPortalProcess } from '#test/support/process.ts'
import { accountSid, authToken, startTwilioServer } from '#test/support/twilio-server.ts'

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

export async function proveNotices(options: NoticeOptions): Promise<NoticeFigures> {
  const { people, atOnce, lifeMs, slowMs, patienceSeconds, script } = options
  const killsAtMost = options.kills ?? Number.POSITIVE_INFINITY
  const [database, mail, sms] = [
    await createTestDatabase(),
    await startMailServer(),
    await startTwilioServer(),
  ]
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
  const { argon2MemoryKib, argon2Passes, secretKeys, baseUrl = portal.url } = portal.settings
  const workerEnv = {
    ...env,
    ROLE: 'worker',
    DATABASE_URL: database.url,
    BASE_URL: baseUrl,
    SECRET_KEYS: secretKeys.join(),
    ARGON2_MEMORY_KIB: String(argon2MemoryKib),
    ARGON2_PASSES: String(argon2Passes),
  }
  const ledger = createLedger()
  const arrived = () => arrivals(mail, sms)
  const sending = async (states: string[]) =>
    Number((await database.db('messages').whereIn('state', states).count({ n: '*' }).first())?.n)
  // A code or link that dies before it is sent is dropped, and its owner asks again.
  const notices = async (states: string[]) => {
    const asked = ['backup-address-code', 'phone-code', 'recovery-link']
    const query = database.db('messages').whereIn('state', states).whereNotIn('name', asked)
    return Number((await query.count({ n: '*' }).first())?.n)
  }
  const inHand = new Set<string>()
  let [kills, over] = [0, false]
  let worker: PortalProcess | undefined
  // Slow gateways that lose some answers, so that a kill finds a message in hand.
  const slow = () => ({ ms: Math.random() * slowMs })
  sms.mishaps.push(...Array.from({ length: people }, () => ({ kind: 'slow', ...slow() }) as const))
  sms.mishaps.push({ kind: 'request-lost' }, { kind: 'answer-lost' })
  const trouble = setInterval(() => {
    while (mail.mishaps.length < 8)
      mail.mishaps.push(Math.random() < 0.02 ? { at: 'answer-lost' } : { at: 'slow', ...slow() })
    const lost = () => (Math.random() < 0.5 ? 'answer-lost' : 'request-lost')
    while (sms.mishaps.length < 8)
      sms.mishaps.push(Math.random() < 0.04 ? { kind: lost() } : { kind: 'slow', ...slow() })
  }, 50)

  async function killAgainAndAgain(): Promise<void> {
    while (!over) {
      worker = await startPortalProcess(workerEnv, script)
      if (kills === killsAtMost) return
      await pause(Math.random() * lifeMs)
      if (over) return
      await worker.end('SIGKILL')
      kills += 1
      for (const { id } of await database.db('messages').where({ state: 'sending' }).select('id'))
        inHand.add(id)
    }
  }
  async function liveOneAfterAnother(line: Iterator<number>): Promise<void> {
    for (let next = line.next(); !next.done; next = line.next())
      await liveThrough(
        { portal, ledger, arrived, patienceSeconds },
        `person${next.value}n`,
        numberOf(next.value),
      )
  }

  const killing = killAgainAndAgain()
  try {
    const line = Array.from({ length: people }, (_, nth) => nth).values()
    await Promise.all(Array.from({ length: atOnce }, () => liveOneAfterAnother(line))).finally(
      () => {
        over = true
      },
    )
    await killing
    // The last worker lives. A mail whose answers were lost may wait more than ten minutes.
    const open = ['queued', 'sending', 'doubtful']
    await eventually(async () => (await sending(open)) === 0, 4 * patienceSeconds)
    const { wrong, repeats } = ledger.compare(arrived())
    assert.deepEqual(wrong, [])
    assert.equal(await notices(['failed', 'dropped']), 0)
    assert.equal(await sending(['unknown']), 0)
    // Codes too: what the gateway took is what is written down as sent, one for one.
    const texts = await database
      .db('messages')
      .where({ channel: 'sms' })
      .select('provider_id', 'attempts')
    const tickets = texts.flatMap(({ provider_id: ticket }) => ticket ?? [])
    assert.deepEqual(tickets.toSorted(), sms.taken.map(({ sid }) => sid).toSorted())
    const [counted, sentAgain] = [
      ledger.count(),
      texts.filter(({ attempts }) => attempts > 1).length,
    ]
    const [codes, asked] = [sms.taken.length - counted.sms, sms.questions()]
    return { people, ...counted, kills, inHand: inHand.size, repeats, codes, asked, sentAgain }
  } finally {
    over = true
    clearInterval(trouble)
    await killing.catch(() => {})
    await worker?.end('SIGKILL')
    await portal.stop()
    await mail.stop()
    await sms.stop()
    await database.drop()
  }
}
