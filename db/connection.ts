import knexModule, { type Knex } from 'knex'
import { msPerMinute } from '#server/core/durations.ts'

export type Db = Knex
export type Trx = Knex.Transaction

// A slow query must not occupy a connection for long.
const statementMs = 5000
const lockMs = 2000

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
    // A request that gets no connection in this time is answered with 503.
    acquireConnectionTimeout: 2500,
    asyncStackTraces: false,
    // knex throws its faults. It would also print them, among the lines of the log.
    log: { warn() {}, error() {} },
  })
}
