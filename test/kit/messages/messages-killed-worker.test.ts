import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { after, before, it } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startWorker } from '#server/kit/jobs/worker.ts'
import { createLog } from '#server/kit/log/log.ts'
import { createSmtpTransport } from '#server/kit/messages/mail/smtp.ts'
import { messageTasks } from '#server/kit/messages/tasks.ts'
import { createTestDatabase, type TestDatabase } from '#test/support/database.ts'
import { type MailServer, startMailServer } from '#test/support/mail-platform/mail-server.ts'
import { createMessageTrial } from '#test/support/messages/message-trial.ts'
import { eventually } from '#test/support/portal.ts'

const notices = 60
const kills = 5

let database: TestDatabase
let server: MailServer
before(async () => {
  database = await createTestDatabase()
  server = await startMailServer()
})
after(async () => {
  await server.stop()
  await database.drop()
})

function startWorkerProcess(staleMs = 1500): ChildProcess {
  const script = fileURLToPath(new URL('../../support/messages/message-worker.ts', import.meta.url))
  return spawn(process.execPath, [script, database.url, server.url, String(staleMs)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

async function kill(worker: ChildProcess): Promise<void> {
  worker.kill('SIGKILL')
  await once(worker, 'exit')
}

it('every notice arrives once under its Message-ID, though workers are killed', async () => {
  const trial = createMessageTrial(database.db)
  const notice = { name: 'password-changed', channel: 'mail', locale: 'de' } as const
  const at = trial.clock.now().toISOString()
  const sent = new Set<string>()
  for (let index = 0; index < notices; index += 1) {
    const params = {
      mailbox: `person${index}@postern.example`,
      at,
      device: '',
      place: '',
      undoToken: 'T'.repeat(43),
    }
    const to = `person${index}@elsewhere.example`
    sent.add(`<${await trial.send({ ...notice, to, params })}@postern.example>`)
  }
  // Slow answers, so that a kill finds mails that were taken and not yet written down as sent.
  for (let index = 0; index < 30; index += 1) server.mishaps.push({ at: 'slow', ms: 150 })

  for (let round = 0; round < kills; round += 1) {
    const before = server.received.length
    const worker = startWorkerProcess()
    // On a busy machine a process takes its time to start.
    await server.waitFor(Math.min(before + randomInt(1, 9), notices), 60_000)
    await kill(worker)
  }
  const last = startWorkerProcess()
  const end = performance.now() + 60_000
  const open = () => database.db('messages').whereNull('settled_at').count('* as count').first()
  while (Number((await open())?.count) > 0 && performance.now() < end) await wait(100)
  await kill(last)

  const states = await database.db('messages').select('state').count('* as count').groupBy('state')
  assert.deepEqual(states, [{ state: 'sent', count: String(notices) }])
  const arrived = new Map(
    server.received.map(({ messageId, recipients }) => [messageId, recipients[0]]),
  )
  assert.deepEqual(new Set(arrived.keys()), sent)
  assert.equal(new Set(arrived.values()).size, notices, 'one person each')
  assert.ok(
    server.received.length <= notices + kills * 4,
    `${server.received.length - notices} repeats, more than were in hand at the kills`,
  )
})

it('a mail of a killed worker is taken up within fifteen seconds', async () => {
  const mail = createSmtpTransport({ url: server.url, from: 'Postern <no-reply@postern.example>' })
  const trial = createMessageTrial(database.db, { mail })
  server.mishaps.length = 0
  server.mishaps.push({ at: 'slow', ms: 60_000 })
  const params = {
    mailbox: 'hanna@postern.example',
    at: trial.clock.now().toISOString(),
    device: '',
    place: '',
  }
  const id = await trial.send({
    name: 'password-changed',
    channel: 'mail',
    to: 'hanna@elsewhere.example',
    locale: 'be',
    params: { ...params, undoToken: 'T'.repeat(43) },
  })
  const first = startWorkerProcess(60_000)
  // The server has it all and says nothing yet.
  await eventually(async () => server.mishaps.length === 0, 60)
  assert.equal((await trial.row(id)).state, 'sending')
  const log = createLog('error', { write: () => {} })
  const second = await startWorker({
    databaseUrl: database.url,
    tasks: messageTasks(trial.parts),
    log,
    concurrency: 2,
  })
  try {
    await kill(first)
    await eventually(async () => (await trial.row(id)).state === 'sent', 15)
    assert.equal((await trial.row(id)).attempts, 2)
  } finally {
    await second.stop()
    mail.close()
  }
})
