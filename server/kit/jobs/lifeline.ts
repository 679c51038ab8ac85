// Frees the jobs of killed workers, which graphile-worker locks for four hours.
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { createFreeLostJobs } from './lost-jobs.ts'

export interface Swept {
  readonly dead: readonly string[]
  /** Jobs that this process took without learning of it. */
  readonly lost: number
}

export interface Lifeline {
  /** Call it for each pool before it takes jobs, which it locks under its id. */
  register(poolId: string): void
  sweep(): Promise<Swept>
  stop(): Promise<void>
}

/** The worker of a lock that is younger than this may have no lifeline yet. */
export const gracePeriodSeconds = 5
const reconnectMs = 200

/** Each pool locks its id: PostgreSQL frees the lock when the process dies. */
export function createLifeline(
  url: string,
  log: (fault: unknown) => void,
  isInHand: (jobId: string) => boolean = () => true,
): Lifeline {
  const poolIds = new Set<string>()
  const session = createSession(url, log, async (client) => {
    for (const id of poolIds) await lockId(client, id)
  })
  const freeLostJobs = createFreeLostJobs(isInHand, gracePeriodSeconds)
  return {
    register(poolId) {
      poolIds.add(poolId)
      void session.use((client) => lockId(client, poolId)).catch(log)
    },
    sweep: () =>
      session.use(async (client) => {
        const dead = await deadWorkers(client, poolIds)
        if (dead.length > 0)
          await client.query('select graphile_worker.force_unlock_workers($1::text[])', [dead])
        return { dead, lost: await freeLostJobs(client, [...poolIds]) }
      }),
    stop: session.stop,
  }
}

const lockId = (client: pg.Client, id: string) =>
  client.query('select pg_advisory_lock(hashtextextended($1, 1))', [id])

interface Session {
  /** Connects if needed. Work waits for other work of the session. */
  use<T>(work: (client: pg.Client) => Promise<T>): Promise<T>
  stop(): Promise<void>
}

function createSession(
  url: string,
  log: (fault: unknown) => void,
  begin: (client: pg.Client) => Promise<void>,
): Session {
  let session: Promise<pg.Client> | undefined
  let last: Promise<unknown> = Promise.resolve()
  let stopped = false

  async function open(): Promise<pg.Client> {
    const client = connectionTo(url)
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
    await begin(client)
    return client
  }

  async function connected(): Promise<pg.Client> {
    const opening = session ?? open()
    session = opening
    return await opening.catch((fault) => {
      if (session === opening) session = undefined
      throw fault
    })
  }

  function use<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const turn = async () => work(await connected())
    const done = last.then(turn, turn)
    last = done.catch(() => {})
    return done
  }

  /** Reconnects soon, because without its locks this process counts as dead. */
  async function comeBack(): Promise<void> {
    while (!stopped && !session) {
      await use(async () => {}).catch(() => {})
      if (!session) await pause(reconnectMs)
    }
  }

  async function stop(): Promise<void> {
    stopped = true
    await last
    const client = await session?.catch(() => undefined)
    await client?.end().catch(log)
  }

  return { use, stop }
}

const connectionTo = (url: string) =>
  new pg.Client({
    connectionString: url,
    application_name: 'postern lifeline',
    keepAlive: true,
    connectionTimeoutMillis: 5000,
  })

/** SQL: true for a dead pool, null without an id. Locks it until the transaction ends. */
export const isDeadPool = (column: string): string =>
  `pg_try_advisory_xact_lock(hashtextextended(${column}, 1))`

async function deadWorkers(client: pg.Client, ours: ReadonlySet<string>): Promise<string[]> {
  const { rows } = await client.query<{ locked_by: string }>(
    `select locked_by from graphile_worker.jobs
       where locked_by is not null and locked_at < now() - make_interval(secs => $1)
     union select locked_by from graphile_worker._private_job_queues
       where locked_by is not null and locked_at < now() - make_interval(secs => $1)`,
    [gracePeriodSeconds],
  )
  const dead: string[] = []
  for (const { locked_by: id } of rows) {
    if (ours.has(id)) continue
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
