// Runs the jobs: graphile-worker with our task list, restarted when the database was away for long.
import { EventEmitter } from 'node:events'
import { type Runner, run, type WorkerEvents, Logger as WorkerLogger } from 'graphile-worker'
import type { Log } from '../web/log.ts'
import { createLifeline, gracePeriodSeconds } from './lifeline.ts'
import { openPool } from './pool.ts'

export interface TaskContext {
  /** 1 for the first try. */
  readonly attempt: number
  readonly maxAttempts: number
}
/** Does one job; a throw means that it is tried again. Payloads are ids, to be looked up anew. */
export type Task = (payload: Record<string, unknown>, context: TaskContext) => Promise<void>
export type TaskList = Readonly<Record<string, Task>>

export interface WorkerOptions {
  readonly databaseUrl: string
  readonly tasks: TaskList
  /** Lines of crontab: `minute hour day month weekday task`. */
  readonly crontab?: string
  readonly log: Log
  /** Jobs at once. */
  readonly concurrency?: number
  /** How often it looks for jobs whose time has come. One that is due at once is told of. */
  readonly pollMilliseconds?: number
}

export interface Worker {
  /** Finishes the jobs that are running and takes no more. */
  stop(): Promise<void>
}

const sweepEverySeconds = 10

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { databaseUrl, log } = options
  let stopping = false
  const concurrency = options.concurrency ?? 8
  const pool = openPool(databaseUrl, concurrency + 3, (fault) => !stopping && log.warn({ err: fault }, 'worker'))
  const lifeline = createLifeline(databaseUrl, (fault) => log.warn({ err: fault }, 'lifeline'))
  const sweep = () =>
    lifeline.sweep().then(
      (dead) => dead.length > 0 && log.warn({ workers: dead.length }, 'freed the jobs of killed workers'),
      (fault) => log.warn({ err: fault }, 'lifeline'),
    )
  const timer = setInterval(sweep, sweepEverySeconds * 1000)
  let runner: Runner | undefined

  async function start(): Promise<void> {
    const events = new EventEmitter() as unknown as WorkerEvents
    events.on('pool:create', ({ workerPool }) => lifeline.hold(workerPool.id))
    runner = await run({
      pgPool: pool,
      taskList: asTaskList(options),
      events,
      concurrency,
      noHandleSignals: true,
      pollInterval: options.pollMilliseconds ?? 2000,
      crontab: options.crontab ?? '',
      logger: workerLogger(log),
    })
    runner.promise.catch((fault) => {
      if (stopping) return
      log.error({ err: fault }, 'worker ended, starting it again')
      setTimeout(restart, 1000)
    })
  }
  const restart = () => {
    if (!stopping) start().catch(() => setTimeout(restart, 2000))
  }

  await start()
  // Freed at once after a restart, and again when the grace period of the youngest locks is over.
  void sweep()
  const soon = setTimeout(sweep, gracePeriodSeconds * 1000 + 200)
  return {
    async stop() {
      stopping = true
      clearInterval(timer)
      clearTimeout(soon)
      await runner?.stop().catch((fault) => log.warn({ err: fault }, 'worker stop'))
      await lifeline.stop()
      await pool.end()
    },
  }
}

function asTaskList({ tasks, log }: WorkerOptions) {
  return Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [
      name,
      async (payload: unknown, helpers: { job: { attempts: number; max_attempts: number } }) => {
        const context = { attempt: helpers.job.attempts, maxAttempts: helpers.job.max_attempts }
        try {
          await task((payload ?? {}) as Record<string, unknown>, context)
        } catch (fault) {
          log.warn({ task: name, ...context, err: fault }, 'job failed')
          // Security: graphile-worker keeps the message in the database; only the kind of fault goes there.
          throw new Error(fault instanceof Error ? fault.name : 'fault')
        }
      },
    ]),
  )
}

const workerLogger = (log: Log) =>
  new WorkerLogger(() => (level, message) => {
    if (level === 'error') log.warn({ from: 'graphile-worker' }, message)
    else log.debug({ from: 'graphile-worker' }, message)
  })
