// Reads the settings, brings the database up to date, composes, listens, and drains on SIGTERM.

import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { migrateDatabase } from '#db/migrate.ts'
import { readSettings } from '#server/settings.ts'
import { completeSettings } from './complete-settings.ts'
import { compose } from './compose.ts'
import type { Stoppable } from './kit/feature.ts'
import { startWorker, type Worker } from './kit/jobs/worker.ts'
import { processEnvironment, SettingsError, widenThreadPool } from './kit/settings/config.ts'
import { listenForVisitors } from './kit/web/web-server.ts'
import { startMailServices } from './mail-services.ts'
import { startUpText } from './site/start-up-text.ts'
import { crontab } from './task-list.ts'

/** A part that fails to stop keeps no other from stopping, and the log tells the operator. */
const tellOfFault = (fault: Error) =>
  void process.stderr.write(`while stopping: ${fault.stack ?? fault}\n`)

/** Set up first: a signal that arrives during the start is obeyed when the start is done. */
const endAskedFor = new Promise<NodeJS.Signals>((end) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => end(signal))
})

async function start(): Promise<void> {
  widenThreadPool(availableParallelism())
  const started: Stoppable[] = []
  const given = readSettings(processEnvironment())
  const settings = await completeSettings(given, started, 'own')
  await migrateDatabase(settings.databaseUrl)
  const portal = await compose(settings)
  started.push({ stop: portal.close })
  // Listeners close at the same time, because each may wait for its visitors.
  const doors: Stoppable[] = []
  if (settings.role !== 'web') {
    const worker: Worker = await startWorker({
      databaseUrl: settings.databaseUrl,
      tasks: portal.tasks,
      crontab,
      log: portal.log,
    })
    started.push(worker, await startMailServices(portal))
    if (settings.abuseLmtpPort !== undefined) {
      const { startLmtp } = await import('./desk/reports/mail/lmtp.ts')
      doors.push(await startLmtp(portal.parts.desk, settings.abuseLmtpHost, settings.abuseLmtpPort))
    }
  }
  if (portal.metrics && settings.metricsPort !== undefined) {
    const metrics = portal.metrics.listen(settings.metricsHost, settings.metricsPort)
    await once(metrics, 'listening')
    doors.push({ stop: async () => void metrics.close() })
  }
  const web = settings.role === 'worker' ? undefined : await listenForVisitors(portal.app, settings)
  process.stderr.write(startUpText(settings, web?.port, given.databaseUrl === undefined))

  // An operator at the keyboard waits for no balancer.
  const announceMs = (await endAskedFor) === 'SIGTERM' ? settings.drainSeconds * 1000 : 0
  portal.drain()
  doors.push({ stop: async () => await web?.stop(announceMs) })
  started.push({
    stop: async () => void (await Promise.all(doors.map((door) => door.stop().catch(tellOfFault)))),
  })
  // The last that was started is the first to stop: no request without a database.
  for (const part of started.reverse()) await part.stop().catch(tellOfFault)
  process.exit(0)
}

start().catch((fault) => {
  process.stderr.write(
    `${fault instanceof SettingsError ? fault.message : (fault?.stack ?? fault)}\n`,
  )
  process.exit(fault instanceof SettingsError ? 78 : 1)
})
