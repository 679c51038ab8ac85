// The daily limits of sending, as Postfix asks for them.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { openCaseOfLimit } from '#server/desk/cases/sending-limit/sending-limit.ts'
import { listQueue } from '#server/desk/queue/queue-store.ts'
import type { MailServerListener } from '#server/mail/mail-platform/listen-for-mail-servers.ts'
import { createMemoryPlatform } from '#server/mail/mail-platform/memory/memory.ts'
import { sendingLimitsFeature } from '#server/mail/sending-limits/feature.ts'
import { startPolicyService } from '#server/mail/sending-limits/policy-service.ts'
import { hanna, piotr, register } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import { usePortal } from '#test/support/use-portal.ts'

let service: MailServerListener
after(() => service?.stop())
const portal = usePortal(
  {
    ports: { platform: createMemoryPlatform() },
    env: { LIMIT_SENT_PER_DAY: '5', LIMIT_RECIPIENTS_PER_DAY: '8' },
    worker: false,
  },
  async (portal) => {
    await register(portal, hanna)
    await register(portal, piotr)
    service = await startPolicyService(portal.parts, { host: '127.0.0.1', port: 0 })
  },
)

interface Postfix {
  ask(...requests: readonly Record<string, string>[]): Promise<string[]>
  socket: Socket
}

function connectPostfix(port = service.port): Postfix {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1')
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  socket.on('error', () => {})
  return {
    socket,
    ask: async (...requests) => {
      text = ''
      socket.write(
        requests
          .map(
            (each) =>
              `request=smtpd_access_policy\n${Object.entries(each)
                .map(([k, v]) => `${k}=${v}\n`)
                .join('')}\n`,
          )
          .join(''),
      )
      while (text.split('\n\n').length <= requests.length && !socket.destroyed)
        await once(socket, 'data')
      return text
        .split('\n\n')
        .slice(0, -1)
        .map((answer) => answer.replace(/^action=/, ''))
    },
  }
}

const letterOf = (login: string) => ({
  protocol_state: 'END-OF-MESSAGE',
  sasl_username: `${login}@postern.example#3`,
  recipient_count: '1',
})
const recipientOf = (login: string, recipient: string) => ({
  protocol_state: 'RCPT',
  sasl_username: `${login}@postern.example#3`,
  recipient,
})

test('letters beyond the daily limit are refused until the next day', async () => {
  const many = Array.from({ length: 12 }, () => connectPostfix())
  const answers = (
    await Promise.all(many.map((postfix) => postfix.ask(letterOf('hanna.k'))))
  ).flat()
  assert.equal(answers.filter((answer) => answer === 'DUNNO').length, 5)
  assert.equal(
    answers.filter((answer) => /^554 5\.7\.1 Limit reached: 5 letters a day/.test(answer)).length,
    7,
  )
  assert.deepEqual(await many[0]?.ask(letterOf('piotr')), ['DUNNO'], 'another account has its own')
  portal.clock.advance(86_400_000)
  assert.deepEqual(await many[0]?.ask(letterOf('hanna.k')), ['DUNNO'])
  for (const { socket } of many) socket.destroy()
})

test('only different recipients count, and known ones stay allowed at the limit', async () => {
  const postfix = connectPostfix()
  const ask = (n: number) => recipientOf('piotr', `Friend${n}@elsewhere.example`)
  const same = Array.from({ length: 20 }, () => recipientOf('piotr', 'friend1@ELSEWHERE.example'))
  assert.deepEqual(new Set(await postfix.ask(...same)), new Set(['DUNNO']))
  const answers = await postfix.ask(...Array.from({ length: 12 }, (_, n) => ask(n)))
  assert.equal(answers.filter((answer) => answer === 'DUNNO').length, 8)
  assert.match(answers.at(-1) ?? '', /^554 5\.7\.1 Limit reached: 8 different recipients/)
  assert.deepEqual(await postfix.ask(ask(1)), ['DUNNO'])
  const { rows } = await portal.db.raw(
    'select row_to_json(r)::text as text from sending_recipients r',
  )
  assert.equal(rows.length, 8)
  assert.ok(!JSON.stringify(rows).includes('elsewhere'))
  postfix.socket.destroy()
})

test('whom somebody wrote to is forgotten after a day, and how much after a month', async () => {
  const count = async (table: string) => (await portal.db(table)).length
  const days = await count('sending_days')
  assert.ok(days > 0 && (await count('sending_recipients')) > 0)
  const sweeps = sendingLimitsFeature.sweeps(portal.parts)
  const sweep = async (daysLater: number) => {
    portal.clock.advance(daysLater * 86_400_000)
    for (const { run } of sweeps) await run(portal.db, 1000)
  }
  await sweep(2)
  assert.deepEqual([await count('sending_recipients'), await count('sending_days')], [0, days])
  await sweep(30)
  assert.equal(await count('sending_days'), 0)
})

test('many connections at once never allow more recipients than the limit', async () => {
  portal.clock.advance(86_400_000)
  const many = Array.from({ length: 10 }, () => connectPostfix())
  const answers = await Promise.all(
    many.map((postfix, n) =>
      postfix.ask(
        ...Array.from({ length: 4 }, (_, m) => recipientOf('piotr', `x${n}.${m}@e.example`)),
      ),
    ),
  )
  let allowed = answers.flat().filter((answer) => answer === 'DUNNO').length
  assert.ok(allowed <= 8, `${allowed} recipients`)
  // On a busy machine a connection may have got no answer in time.
  const late = connectPostfix()
  for (let n = 0; n < 9; n++) {
    const [answer] = await late.ask(recipientOf('piotr', `late${n}@e.example`))
    if (answer === 'DUNNO') allowed += 1
  }
  assert.equal(allowed, 8)
  late.socket.destroy()
  for (const { socket } of many) socket.destroy()
})

test('the abuse desk and the owner learn of each reached limit once a day', async () => {
  const alerts = await portal.db('sending_alerts').orderBy('id')
  assert.deepEqual(
    alerts.map(({ kind, allowed }) => [kind, allowed]),
    [
      ['letters', 5],
      ['recipients', 8],
      ['recipients', 8],
    ],
  )
  await portal.startWorker()
  await eventually(
    async () => !(await portal.db('sending_alerts').whereNull('handed_on_at').first()),
  )
  for (const { id } of alerts) await openCaseOfLimit(portal.parts.desk, String(id))
  const ask = { tab: 'new', staffId: randomUUID(), limit: 10 } as const
  const { cases } = await listQueue(portal.db, portal.keyring, ask)
  assert.deepEqual(
    cases.map(({ subject, severity, reportCount }) => [subject, severity, reportCount]).sort(),
    [
      ['hanna.k@postern.example', 'medium', 0],
      ['piotr@postern.example', 'medium', 0],
    ],
  )
  const entries = await portal.db('abuse_case_entries').select('event', 'details')
  assert.deepEqual(
    entries
      .map(({ event, details }) => [event, details.kind, details.allowed].join(' ').trim())
      .sort(),
    [
      ...['opened', 'opened'],
      ...['sending-limit letters 5', 'sending-limit recipients 8', 'sending-limit recipients 8'],
      ...['severity-raised', 'severity-raised'],
    ],
  )
  const events = await portal
    .db('activity')
    .whereLike('event', 'sending.%')
    .orderBy('id')
    .pluck('event')
  assert.deepEqual(events, [
    'sending.letters-limit',
    'sending.recipients-limit',
    'sending.recipients-limit',
  ])
})

test('a sender who is not signed in or has no mailbox here is not limited', async () => {
  const postfix = connectPostfix()
  const odd = [
    { protocol_state: 'END-OF-MESSAGE' },
    letterOf('nobody'),
    { ...letterOf('hanna.k'), protocol_state: 'DATA' },
  ]
  assert.deepEqual(await postfix.ask(...odd), ['DUNNO', 'DUNNO', 'DUNNO'])
  postfix.socket.destroy()
})

test('a database that is away or slow delays no letter', async () => {
  const { db, isSendingLimited, settings, clock, keyring, log } = portal.parts
  const never = new Proxy(db, {
    get: (target, name) =>
      name === 'raw' ? () => new Promise(() => {}) : Reflect.get(target, name),
  })
  const fails = new Proxy(db, { get: () => () => Promise.reject(new Error('away')) })
  for (const broken of [never, fails]) {
    const parts = { db: broken, isSendingLimited, settings, clock, keyring, log }
    const other = await startPolicyService(parts, { host: '127.0.0.1', port: 0 })
    const postfix = connectPostfix(other.port)
    const started = performance.now()
    assert.deepEqual(await postfix.ask(letterOf('hanna.k')), ['DUNNO'])
    assert.ok(performance.now() - started < 3000)
    postfix.socket.destroy()
    await other.stop()
  }
})

test('an endless request closes its own connection only', async () => {
  const postfix = connectPostfix()
  await once(postfix.socket, 'connect')
  const closed = new Promise((done) => postfix.socket.once('close', done))
  postfix.socket.write('x'.repeat(200_000))
  await closed
  const next = connectPostfix()
  assert.equal((await next.ask(letterOf('nobody'))).length, 1)
  next.socket.destroy()
})
