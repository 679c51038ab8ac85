// The database connections of the queue. They survive restarts of the database.
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { isAway } from '#db/away.ts'

export interface QueuePool {
  readonly pool: pg.Pool
  /** Whether the end of this job is being written. */
  isEnding(jobId: string): boolean
  /** From now on no statement waits until the database is back. */
  giveUp(): void
  /** Waits for writes under way, then closes. */
  end(): Promise<void>
}

interface Statement {
  readonly text: string
  readonly values?: unknown[]
  readonly name?: string
}

const retryMs = 500
const endWithinMs = 3000
const nothing = { rows: [], rowCount: 0 }

type Ask = () => Promise<unknown>

interface Patience {
  /** Asks until the database is back; once if not `isRepeated` or after `giveUp`. */
  untilBack(ask: Ask, isRepeated: boolean): Promise<unknown>
  giveUp(): void
}

function createPatience(onFault: (fault: Error) => void): Patience {
  const over = new AbortController()
  let away = false
  return {
    async untilBack(ask, isRepeated) {
      for (;;) {
        try {
          const answer = await ask()
          away = false
          return answer
        } catch (fault) {
          // After `giveUp` nobody waits for the answer.
          if (!over.signal.aborted && !isAway(fault)) throw fault
          if (over.signal.aborted || !isRepeated) return nothing
          if (!away) onFault(fault as Error)
          away = true
          await pause(retryMs, undefined, { signal: over.signal }).catch(() => {})
        }
      }
    },
    giveUp: () => over.abort(),
  }
}

/** Connects at the first plain string: only transactions send strings. */
function borrow(
  connect: () => Promise<pg.PoolClient>,
  ask: (statement: Statement) => Promise<unknown>,
) {
  let client: Promise<pg.PoolClient> | undefined
  return {
    async query(statement: string | Statement, ...more: unknown[]): Promise<unknown> {
      if (!client && typeof statement !== 'string' && more.length === 0) return await ask(statement)
      client ??= connect()
      const own = await client
      return await (own.query as (...all: unknown[]) => Promise<unknown>)(statement, ...more)
    },
    async release(): Promise<void> {
      const own = await client?.catch(() => undefined)
      own?.release()
    },
  }
}

function connectTo(
  connectionString: string,
  size: number,
  onFault: (fault: Error) => void,
): pg.Pool {
  const pool = new pg.Pool({
    connectionString,
    max: size,
    application_name: 'postern queue',
    keepAlive: true,
    connectionTimeoutMillis: 5000,
  })
  // graphile-worker closes its connections without listening to their faults.
  pool.on('error', onFault)
  pool.on('connect', (client) => client.on('error', onFault))
  return pool
}

/**
 * graphile-worker ends a job without awaiting the statement. A lost connection would therefore end
 * this process, so single statements wait here until the database is back.
 */
export function openPool(
  connectionString: string,
  size: number,
  onFault: (fault: Error) => void,
): QueuePool {
  const pool = connectTo(connectionString, size, onFault)
  const [connect, query] = [pool.connect.bind(pool), pool.query.bind(pool)]
  const { untilBack, giveUp } = createPatience(onFault)
  const ending = new Set<string>()
  const underWay = new Set<Promise<unknown>>()

  async function askPatiently(statement: Statement): Promise<unknown> {
    const jobs = jobsEndedBy(statement)
    for (const id of jobs) ending.add(id)
    // fail_job is asked once: repeated, it could end a later try. `lost-jobs.ts` frees the job.
    const asked = untilBack(() => query(statement), !statement.name?.startsWith('fail_job'))
    underWay.add(asked)
    try {
      return await asked
    } finally {
      underWay.delete(asked)
      for (const id of jobs) ending.delete(id)
    }
  }

  return {
    pool: Object.assign(pool, {
      connect: (callback?: Parameters<typeof connect>[0]) =>
        callback ? connect(callback) : Promise.resolve(borrow(connect, askPatiently)),
      query: (...all: Parameters<typeof query>) =>
        untilBack(() => query(...all) as unknown as Promise<unknown>, true),
    }) as pg.Pool,
    isEnding: (jobId) => ending.has(jobId),
    giveUp,
    async end() {
      giveUp()
      const late = pause(endWithinMs, undefined, { ref: false })
      await Promise.race([Promise.allSettled(underWay), late])
      await Promise.race([pool.end(), late])
    },
  }
}

/** Names as in graphile-worker's `dist/sql/completeJobs.js`. */
function jobsEndedBy({ name, values }: Statement): string[] {
  return name?.startsWith('complete_job') ? [values?.[0]].flat().map(String) : []
}
