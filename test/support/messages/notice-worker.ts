// A worker process to be killed. It takes another for dead sooner than a real one does.
import { compose } from '#server/compose.ts'
import { createLifeline } from '#server/kit/jobs/lifeline.ts'
import { startWorker } from '#server/kit/jobs/worker.ts'
import { chooseTransports } from '#server/kit/messages/choose-transports.ts'
import { sweepMessages } from '#server/kit/messages/sweep-messages.ts'
import { messageTasks } from '#server/kit/messages/tasks.ts'
import { processEnvironment } from '#server/kit/settings/config.ts'
import { readSettings } from '#server/settings.ts'
import { createRendering } from './message-trial.ts'

const settings = readSettings(processEnvironment())
const { databaseUrl = '', secretKeys = [] } = settings
const portal = await compose({ ...settings, databaseUrl, secretKeys })
const { log } = portal
const render = createRendering(settings.baseUrl)
const delivery = {
  ...portal.parts,
  ...chooseTransports(settings),
  render,
  log,
  staleMs: 1000,
}
// Loading them takes longer than such a worker may have an SMS in hand before it leaves.
await Promise.all([import('twilio'), portal.parts.loadMessages()])
const tasks = { ...portal.tasks, ...messageTasks(delivery) }
await startWorker({ databaseUrl, tasks, log, concurrency: 4 })
const lifeline = createLifeline(databaseUrl, () => {})
setInterval(() => void lifeline.sweep().catch(() => {}), 1000)
setInterval(() => void sweepMessages(delivery).catch(() => {}), 300)
process.stderr.write('Postern worker is running.\n')
