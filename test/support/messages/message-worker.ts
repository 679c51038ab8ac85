// A worker process for tests that kill it: delivers messages of a given database and mail server.
import { connectDatabase } from '#db/connection.ts'
import { systemClock } from '#server/core/clock.ts'
import { startWorker } from '#server/kit/jobs/worker.ts'
import { createLog } from '#server/kit/log/log.ts'
import { createSmtpTransport } from '#server/kit/messages/mail/smtp.ts'
import { sweepMessages } from '#server/kit/messages/sweep-messages.ts'
import { messageTasks } from '#server/kit/messages/tasks.ts'
import { createMissingTransport } from '#server/kit/messages/transport.ts'
import { loadMessages } from '#server/load-messages.ts'
import { createRendering, testKeyring } from './message-trial.ts'

const [databaseUrl = '', smtpUrl = '', staleMs = '1500'] = process.argv.slice(2)
const log = createLog('error')
const parts = {
  db: connectDatabase(databaseUrl, 6),
  clock: systemClock,
  keyring: testKeyring,
  loadMessages,
  render: createRendering(),
  mail: createSmtpTransport({ url: smtpUrl, from: 'Postern <no-reply@postern.example>' }),
  sms: createMissingTransport(),
  log,
  staleMs: Number(staleMs),
}
await startWorker({ databaseUrl, tasks: messageTasks(parts), log, concurrency: 4 })
// In production every minute.
setInterval(() => void sweepMessages(parts).catch(() => {}), 400)
