// Frees the jobs of workers that were killed. graphile-worker alone would hold them back for four hours.
import pg from 'pg'

export interface Lifeline {
  /** Call for every pool of this process before it takes jobs: a pool locks for all its workers under its own id. */
  hold(poolId: string): void
  /** Frees what dead workers hold. Returns their ids. */
  sweep(): Promise<string[]>
  stop(): Promise<void>
}

/** Younger locks are left alone: their worker may be about to hold its own lifeline. */
export const gracePeriodSeconds = 5

/**
 * Each pool's id is an advisory lock of one database session of this process: PostgreSQL lets it go the moment the process dies, however
 * it dies. A job locked by an id that nobody holds is a dead pool's.
 */
export function createLifeline(url: string, log: (fault: unknown) => void): Lifeline {
  const held = new Set<string>()
  let session: Promise<pg.Client> | undefined
  let last: Promise<unknown> = Promise.resolve()

  async function open(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url, keepAlive: true, application_name: 'postern lifeline' })
    client.on('error', (fault) => {
      log(fault)
      session = undefined
      // At once: until then others take us for dead and free what we are doing.
      void inTurn(connected).catch(log)
    })
    await client.connect()
    for (const id of held) await client.query('select pg_advisory_lock(hashtextextended($1, 1))', [id])
    return client
  }

  function connected(): Promise<pg.Client> {
    session ??= open().catch((fault) => {
      session = undefined
      throw fault
    })
    return session
  }

  /** One after the other: a session does one thing at a time. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = last.then(work, work)
    last = done.catch(() => {})
    return done
  }

  async function deadWorkers(client: pg.Client): Promise<string[]> {
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
        const dead = await deadWorkers(client)
        if (dead.length > 0) await client.query('select graphile_worker.force_unlock_workers($1::text[])', [dead])
        return dead
      }),
    async stop() {
      await last
      const client = await session?.catch(() => undefined)
      await client?.end().catch(log)
    },
  }
}
