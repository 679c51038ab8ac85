// The pool of database connections that stores share.
import knexModule, { type Knex } from 'knex'
import { msPerMinute } from '#server/core/durations.ts'

export type Db = Knex
/** What stores take: a transaction that the caller opened. */
export type Trx = Knex.Transaction

/** SAFETY: no statement longer than 5 s, no wait for a lock longer than 2 s, so that one bad query cannot hold every connection. */
const statementMs = 5000
const lockMs = 2000

/**
 * @param url PostgreSQL connection string
 * @param pool connections opened at most
 */
export function connectDatabase(url: string, pool = 12): Db {
  return knexModule({
    client: 'pg',
    connection: {
      connectionString: url,
      application_name: 'postern',
      statement_timeout: statementMs,
      lock_timeout: lockMs,
      idle_in_transaction_session_timeout: 30_000,
      connectionTimeoutMillis: 2000,
      keepAlive: true,
    } as Knex.PgConnectionConfig,
    pool: { min: 0, max: pool, idleTimeoutMillis: msPerMinute },
    // A request that cannot get a connection is answered with 503 instead of waiting in line.
    acquireConnectionTimeout: 2500,
    asyncStackTraces: false,
    // Faults are thrown to whoever asked; knex would also print them, on the stream that commands and the log write to.
    log: { warn() {}, error() {} },
  })
}
