// Runs jobs with graphile-worker, and restarts it if it ends by a fault.
import { EventEmitter } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { type Runner, run, type WorkerEvents, Logger as WorkerLogger } from 'graphile-worker'
import type { Log } from '../log/log.ts'
import { createLifeline, type Lifeline } from './lifeline.ts'
import { openPool } from './pool.ts'

export interface TaskContext {
  /** 1 for the first try. */
  readonly attempt: number
  readonly maxAttempts: number
  /** Id of its pool, which `isDeadPool` judges. Absent in some tests. */
  readonly worker?: string
}
/** A throw leads to another try. Payloads hold ids only. */
export type Task = (payload: Record<string, unknown>, context: TaskContext) => Promise<void>
export type TaskList = Readonly<Record<string, Task>>

export interface WorkerOptions {
  readonly databaseUrl: string
  readonly tasks: TaskList
  /** Lines `minute hour day month weekday task`. */
  readonly crontab?: string
  readonly log: Log
  readonly concurrency?: number
  /** How often jobs are looked for that became due. New jobs are taken at once. */
  readonly pollMilliseconds?: number
}

export interface Worker {
  stop(): Promise<void>
}

/** With grace period and poll, a killed worker's job waits ten seconds at most. */
const sweepEverySeconds = 3
/** How long the end of graphile-worker is awaited. Running jobs are awaited longer. */
const stopWithinMs = 5000

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { databaseUrl, log, concurrency = 8 } = options
  let stopping = false
  const queue = openPool(
    databaseUrl,
    concurrency + 3,
    (fault) => !stopping && log.warn({ err: fault }, 'worker'),
  )
  const inHand = new Set<string>()
  const lifeline = createLifeline(
    databaseUrl,
    (fault) => log.warn({ err: fault }, 'lifeline'),
    (jobId) => inHand.has(jobId) || queue.isEnding(jobId),
  )
  const sweep = () => sweepOnce(lifeline, log)
  const timer = setInterval(sweep, sweepEverySeconds * 1000)
  const runner = keepRunning(log, () =>
    run({
      pgPool: queue.pool,
      taskList: asTaskList(options),
      events: watchEvents(lifeline, inHand),
      concurrency,
      noHandleSignals: true,
      pollInterval: options.pollMilliseconds ?? 2000,
      crontab: options.crontab ?? '',
      logger: workerLogger(log),
    }),
  )
  await runner.started
  // Frees jobs right after a restart. The timer frees younger locks.
  void sweep()
  return {
    async stop() {
      stopping = true
      clearInterval(timer)
      queue.giveUp()
      const stopped = runner.stop().catch((fault) => log.warn({ err: fault }, 'worker stop'))
      await untilStopped(stopped, () => inHand.size > 0)
      await lifeline.stop()
      await queue.end()
    },
  }
}

interface KeptRunner {
  /** Rejects if the first start failed. */
  readonly started: Promise<Runner>
  stop(): Promise<void>
}

function keepRunning(log: Log, start: () => Promise<Runner>): KeptRunner {
  let stopping = false

  async function startAndWatch(): Promise<Runner> {
    const started = await start()
    // The promise is also fulfilled when the runner ended by a fault.
    const ended = (fault?: unknown) => {
      if (stopping) return
      log.error({ err: fault }, 'worker ended, starting it again')
      setTimeout(restart, 1000)
    }
    started.promise.then(() => ended(), ended)
    return started
  }

  function restart(): void {
    if (stopping) return
    runner = startAndWatch()
    runner.catch((fault) => {
      log.warn({ err: fault }, 'worker did not start')
      setTimeout(restart, 2000)
    })
  }

  const started = startAndWatch()
  let runner = started
  return {
    started,
    async stop() {
      stopping = true
      await (await runner).stop()
    },
  }
}

async function sweepOnce(lifeline: Lifeline, log: Log): Promise<void> {
  try {
    const { dead, lost } = await lifeline.sweep()
    if (dead.length > 0) log.warn({ workers: dead.length }, 'freed the jobs of killed workers')
    if (lost > 0) log.warn({ jobs: lost }, 'freed jobs that were taken by an answer that was lost')
  } catch (fault) {
    log.warn({ err: fault }, 'lifeline')
  }
}

/** Waits a limited time: graphile-worker may wait long for an absent database. */
async function untilStopped(stopped: Promise<unknown>, isBusy: () => boolean): Promise<void> {
  const end = performance.now() + stopWithinMs
  let over = false
  void stopped.finally(() => {
    over = true
  })
  while (!over && (isBusy() || performance.now() < end)) await pause(20)
}

function watchEvents(lifeline: Lifeline, inHand: Set<string>): WorkerEvents {
  const events = new EventEmitter() as unknown as WorkerEvents
  events.on('pool:create', ({ workerPool }) => lifeline.register(workerPool.id))
  events.on('job:start', ({ job }) => inHand.add(job.id))
  events.on('job:complete', ({ job }) => inHand.delete(job.id))
  events.on('worker:fatalError', ({ worker }) => inHand.delete(worker.getActiveJob()?.id ?? ''))
  return events
}

interface TakenJob {
  readonly attempts: number
  readonly max_attempts: number
  readonly locked_by: string | null
}

function asTaskList({ tasks, log }: WorkerOptions) {
  return Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [
      name,
      async (payload: unknown, { job }: { job: TakenJob }) => {
        const context = {
          attempt: job.attempts,
          maxAttempts: job.max_attempts,
          ...(job.locked_by ? { worker: job.locked_by } : {}),
        }
        try {
          await task((payload ?? {}) as Record<string, unknown>, context)
        } catch (fault) {
          log.warn({ task: name, ...context, err: fault }, 'job failed')
          // Security: The queue keeps only the kind of a fault.
          // graphile-worker stores the message of an error in the database.
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
