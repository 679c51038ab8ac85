// Starts a portal for tests, with a real database, worker and HTTP port.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type CompleteSettings, compose, type Portal, type Ports } from '#server/compose.ts'
import type { Clock } from '#server/core/clock.ts'
import { startWorker, type Worker } from '#server/kit/jobs/worker.ts'
import { createLog } from '#server/kit/log/log.ts'
import { createWebServer } from '#server/kit/web/web-server.ts'
import { readSettings } from '#server/settings.ts'
import { crontab } from '#server/task-list.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { createVisitor, type Visitor } from './visitor.ts'

/** A running clock that a test can move. */
export interface TestClock extends Clock {
  advance(milliseconds: number): void
}

export function createTestClock(): TestClock {
  let ahead = 0
  return {
    now: () => new Date(Date.now() + ahead),
    advance(milliseconds) {
      ahead += milliseconds
    },
  }
}

export interface TestPortal extends Portal {
  readonly url: string
  readonly database: TestDatabase
  readonly settings: CompleteSettings
  readonly clock: TestClock
  /** The log as JSON lines. */
  readonly logged: string[]
  /** A browser with its own cookies. @param ip its address, if not this machine's */
  visitor(ip?: string): Visitor
  startWorker(): Promise<void>
  stopWorker(): Promise<void>
  stop(): Promise<void>
}

export interface TestPortalOptions {
  /** Added to the environment variables for tests. */
  readonly env?: Readonly<Record<string, string>>
  readonly ports?: Omit<Ports, 'clock' | 'log'>
  /** False: no job runs before `startWorker`. */
  readonly worker?: boolean
  readonly database?: TestDatabase
}

/** Cheap hashes, because other tests measure their cost. */
const testEnv = {
  ARGON2_MEMORY_KIB: '64',
  ARGON2_PASSES: '1',
  SECRET_KEYS: 'test-key-0123456789abcdefghijklmnopqrstuv',
  LIMIT_REGISTRATIONS_PER_IP_HOUR: '100000',
  LOG_LEVEL: 'debug',
  // So that a test can undo what the phone is told of.
  SMS_LINKS: 'on',
}

export async function startTestPortal(options: TestPortalOptions = {}): Promise<TestPortal> {
  const database = options.database ?? (await createTestDatabase())
  const server = createWebServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const read = readSettings({
    ...testEnv,
    BASE_URL: url,
    DATABASE_URL: database.url,
    ...options.env,
  })
  const settings = { ...read, databaseUrl: database.url, secretKeys: read.secretKeys ?? [] }
  const logged: string[] = []
  const write = (line: string) => {
    logged.push(line)
    // Unexpected errors explain most failing tests.
    if (line.includes('"level":"error"')) process.stderr.write(line)
  }
  const log = createLog(settings.logLevel, { write })
  const clock = createTestClock()
  const portal = await compose(settings, { clock, log, ...options.ports })
  server.on('request', portal.app)
  let worker: Worker | undefined
  const startTestWorker = async () => {
    const quick = { concurrency: 4, pollMilliseconds: 200 }
    worker ??= await startWorker({
      databaseUrl: database.url,
      tasks: portal.tasks,
      crontab,
      log,
      ...quick,
    })
  }
  const stopTestWorker = async () => {
    await worker?.stop()
    worker = undefined
  }
  if (options.worker !== false) await startTestWorker()
  return {
    ...portal,
    clock,
    url,
    database,
    settings,
    logged,
    visitor: (ip) => createVisitor(url, ip),
    startWorker: startTestWorker,
    stopWorker: stopTestWorker,
    async stop() {
      server.close()
      server.closeAllConnections()
      await stopTestWorker()
      await portal.close()
      if (!options.database) await database.drop()
    },
  }
}

/** Repeats the question until the answer is truthy. Fails after `seconds`. */
export async function eventually<T>(
  ask: () => Promise<T | undefined | false>,
  seconds = 30,
): Promise<T> {
  const end = performance.now() + seconds * 1000
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (performance.now() > end) throw new Error(`did not happen within ${seconds} s`)
    await new Promise((done) => setTimeout(done, 20))
  }
}
