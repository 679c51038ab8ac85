// Frees the jobs of killed workers. graphile-worker alone would keep them locked for four hours.
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { createFreeLostJobs } from './lost-jobs.ts'

export interface Swept {
  /** Ids of pools whose process is dead. */
  readonly dead: readonly string[]
  /** Jobs that this process took without learning of it. */
  readonly lost: number
}

export interface Lifeline {
  /** Call it for each pool before it takes jobs. A pool locks all its jobs under its own id. */
  hold(poolId: string): void
  sweep(): Promise<Swept>
  stop(): Promise<void>
}

/** The worker of a younger lock may not have its lifeline yet. */
export const gracePeriodSeconds = 5
const reconnectMs = 200

/**
 * Each pool's id is an advisory lock of one database session, which PostgreSQL releases when the
 * process dies. A job locked by an id that nobody holds therefore belongs to a dead pool.
 * @param isInHand whether this process is doing the job
 */
export function createLifeline(
  url: string,
  log: (fault: unknown) => void,
  isInHand: (jobId: string) => boolean = () => true,
): Lifeline {
  const held = new Set<string>()
  const freeLostJobs = createFreeLostJobs(isInHand, gracePeriodSeconds)
  let session: Promise<pg.Client> | undefined
  let last: Promise<unknown> = Promise.resolve()
  let stopped = false

  async function open(): Promise<pg.Client> {
    const client = new pg.Client({
      ...{ connectionString: url, application_name: 'postern lifeline' },
      ...{ keepAlive: true, connectionTimeoutMillis: 5000 },
    })
    let broken = false
    client.on('error', (fault) => {
      if (broken) return
      broken = true
      session = undefined
      if (stopped) return
      log(fault)
      void comeBack()
    })
    await client.connect()
    for (const id of held)
      await client.query('select pg_advisory_lock(hashtextextended($1, 1))', [id])
    return client
  }

  /** Reconnects soon, because other processes meanwhile free what this one is doing. */
  async function comeBack(): Promise<void> {
    while (!stopped && !session) {
      await inTurn(connected).catch(() => {})
      if (!session) await pause(reconnectMs)
    }
  }

  async function connected(): Promise<pg.Client> {
    const opening = session ?? open()
    session = opening
    return await opening.catch((fault) => {
      if (session === opening) session = undefined
      throw fault
    })
  }

  /** A database session does one thing at a time. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work, work)
    last = done.catch(() => {})
    return done
  }

  return {
    hold(poolId) {
      held.add(poolId)
      void inTurn(async () => {
        const client = await connected()
        await client.query('select pg_advisory_lock(hashtextextended($1, 1))', [poolId])
      }).catch(log)
    },
    sweep: () =>
      inTurn(async () => {
        const client = await connected()
        const dead = await deadWorkers(client, held)
        if (dead.length > 0)
          await client.query('select graphile_worker.force_unlock_workers($1::text[])', [dead])
        return { dead, lost: await freeLostJobs(client, [...held]) }
      }),
    async stop() {
      stopped = true
      await last
      const client = await session?.catch(() => undefined)
      await client?.end().catch(log)
    },
  }
}

/**
 * SQL that is true if the pool with this id is dead, and null for no id. It takes the lock until
 * the transaction ends.
 */
export const isDeadPool = (column: string): string =>
  `pg_try_advisory_xact_lock(hashtextextended(${column}, 1))`

async function deadWorkers(client: pg.Client, held: ReadonlySet<string>): Promise<string[]> {
  const { rows } = await client.query<{ locked_by: string }>(
    `select locked_by from graphile_worker.jobs where locked_by is not null and locked_at < now() - make_interval(secs => $1)
     union select locked_by from graphile_worker._private_job_queues
       where locked_by is not null and locked_at < now() - make_interval(secs => $1)`,
    [gracePeriodSeconds],
  )
  const dead: string[] = []
  for (const { locked_by: id } of rows) {
    if (held.has(id)) continue
    const { rows: answer } = await client.query<{ taken: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 1)) as taken',
      [id],
    )
    if (!answer[0]?.taken) continue
    dead.push(id)
    await client.query('select pg_advisory_unlock(hashtextextended($1, 1))', [id])
  }
  return dead
}
