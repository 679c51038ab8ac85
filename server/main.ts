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

/** If a part fails to stop, stderr says so, and the others are stopped all the same. */
const tellOfFault = (fault: Error) =>
  void process.stderr.write(`while stopping: ${fault.stack ?? fault}\n`)

/** Set up before the start, so that a signal during the start is obeyed once it is done. */
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
  // These close at the same time, because each may wait for open connections.
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

  // SIGINT comes from an operator at the keyboard, who need not wait for a load balancer.
  const announceMs = (await endAskedFor) === 'SIGTERM' ? settings.drainSeconds * 1000 : 0
  portal.drain()
  doors.push({ stop: async () => await web?.stop(announceMs) })
  started.push({
    stop: async () => void (await Promise.all(doors.map((door) => door.stop().catch(tellOfFault)))),
  })
  // What was started last stops first, so that no request is left without a database.
  for (const part of started.reverse()) await part.stop().catch(tellOfFault)
  process.exit(0)
}

start().catch((fault) => {
  process.stderr.write(
    `${fault instanceof SettingsError ? fault.message : (fault?.stack ?? fault)}\n`,
  )
  process.exit(fault instanceof SettingsError ? 78 : 1)
})
