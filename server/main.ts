// Reads the settings, brings the database up to date, composes, listens, and drains on SIGTERM.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { availableParallelism } from 'node:os'
import { migrateDatabase } from '#db/migrate.ts'
import { completeSettings, type Stoppable } from './complete-settings.ts'
import { compose, type Portal } from './compose.ts'
import { processEnvironment, readSettings, type Settings, SettingsError, widenThreadPool } from './config.ts'
import { crontab } from './jobs/task-list.ts'
import { startWorker, type Worker } from './jobs/worker.ts'
import { startMailServices } from './mail-services.ts'
import { startUpText } from './start-up-text.ts'

/** Longer than any request may take (30 s, SAFETY), shorter than what service managers wait before they kill. */
const drainMs = 35_000

async function listen(portal: Portal, settings: Settings): Promise<Stoppable & { readonly port: number }> {
  const server = createServer(portal.app)
  // SAFETY: headers within 10 s, the whole request within 30 s.
  server.headersTimeout = 10_000
  server.requestTimeout = 30_000
  server.keepAliveTimeout = 65_000
  server.listen(settings.port, settings.host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      portal.drain()
      const closed = once(server, 'close')
      server.close()
      // A browser keeps its connection after the answer: it would hold the portal up until the keep-alive ends.
      const idle = setInterval(() => server.closeIdleConnections(), 100)
      const force = setTimeout(() => server.closeAllConnections(), drainMs)
      await closed
      clearInterval(idle)
      clearTimeout(force)
    },
  }
}

/** One part that does not stop as it should keeps no other from stopping, but the operator reads of it. */
const tellOfFault = (fault: Error) => void process.stderr.write(`while stopping: ${fault.stack ?? fault}\n`)

/** Listened for from the first moment on: whoever asks for the end while the start is under way gets it when that is done. */
const endAskedFor = new Promise<void>((end) => {
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => end())
})

async function start(): Promise<void> {
  widenThreadPool(availableParallelism())
  const started: Stoppable[] = []
  const given = readSettings(processEnvironment())
  const settings = await completeSettings(given, started, 'own')
  await migrateDatabase(settings.databaseUrl)
  const portal = await compose(settings)
  started.push({ stop: portal.close })
  if (settings.role !== 'web') {
    const worker: Worker = await startWorker({
      databaseUrl: settings.databaseUrl,
      tasks: portal.tasks,
      crontab,
      log: portal.log,
    })
    started.push(worker, await startMailServices(portal))
    if (settings.abuseLmtpPort !== undefined) {
      const { startLmtp } = await import('./abuse/lmtp.ts')
      started.push(await startLmtp(portal.parts.desk, settings.host, settings.abuseLmtpPort))
    }
  }
  if (portal.metrics && settings.metricsPort !== undefined) {
    const metrics = portal.metrics.listen(settings.host, settings.metricsPort)
    started.push({ stop: async () => void metrics.close() })
  }
  const web = settings.role === 'worker' ? undefined : await listen(portal, settings)
  if (web) started.push(web)
  process.stderr.write(startUpText(settings, web?.port, given.databaseUrl === undefined))

  await endAskedFor
  // The last that was started is the first to stop: no request without a database.
  for (const part of started.reverse()) await part.stop().catch(tellOfFault)
  process.exit(0)
}

start().catch((fault) => {
  process.stderr.write(`${fault instanceof SettingsError ? fault.message : (fault?.stack ?? fault)}\n`)
  process.exit(fault instanceof SettingsError ? 78 : 1)
})
