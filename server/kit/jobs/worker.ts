// Runs the jobs: graphile-worker with our task list, restarted when the database was away for long.
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
  /** Id of the pool that does it: alive as long as its lifeline is held. Absent where a job is done by hand. */
  readonly worker?: string
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

/** Together with the grace period and the poll: what a killed worker had in hand is taken up within ten seconds. */
const sweepEverySeconds = 3
/** Longest wait at the end for what the queue still does by itself; jobs that run are waited for in any case. */
const stopWithinMs = 5000

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { databaseUrl, log } = options
  let stopping = false
  const concurrency = options.concurrency ?? 8
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
  let runner: Promise<Runner> | undefined

  async function start(): Promise<Runner> {
    const started = await run({
      pgPool: queue.pool,
      taskList: asTaskList(options),
      events: watchEvents(lifeline, inHand),
      concurrency,
      noHandleSignals: true,
      pollInterval: options.pollMilliseconds ?? 2000,
      crontab: options.crontab ?? '',
      logger: workerLogger(log),
    })
    // It is fulfilled as well where the runner came to its end by a fault.
    const ended = (fault?: unknown) => {
      if (stopping) return
      log.error({ err: fault }, 'worker ended, starting it again')
      setTimeout(restart, 1000)
    }
    started.promise.then(() => ended(), ended)
    return started
  }
  const restart = () => {
    if (stopping) return
    runner = start()
    runner.catch((fault) => {
      log.warn({ err: fault }, 'worker did not start')
      setTimeout(restart, 2000)
    })
  }

  runner = start()
  await runner
  // Freed at once after a restart, and again when the grace period of the youngest locks is over.
  void sweep()
  return {
    async stop() {
      stopping = true
      clearInterval(timer)
      queue.giveUp()
      const stopped = runner
        ?.then((each) => each.stop())
        .catch((fault) => log.warn({ err: fault }, 'worker stop'))
      await untilStopped(stopped, () => inHand.size > 0)
      await lifeline.stop()
      await queue.end()
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

/** The library may wait for a database that is away much longer than anybody waits for the end of this process. */
async function untilStopped(
  stopped: Promise<unknown> | undefined,
  isBusy: () => boolean,
): Promise<void> {
  const end = performance.now() + stopWithinMs
  let over = false
  void stopped?.finally(() => {
    over = true
  })
  while (!over && (isBusy() || performance.now() < end)) await pause(20)
}

function watchEvents(lifeline: Lifeline, inHand: Set<string>): WorkerEvents {
  const events = new EventEmitter() as unknown as WorkerEvents
  events.on('pool:create', ({ workerPool }) => lifeline.hold(workerPool.id))
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
