import knexModule, { type Knex } from 'knex'
import { msPerMinute } from '#server/core/durations.ts'

export type Db = Knex
export type Trx = Knex.Transaction

// One bad query must not occupy every connection.
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
    // A request without a connection gets 503 instead of waiting longer.
    acquireConnectionTimeout: 2500,
    asyncStackTraces: false,
    // Faults are thrown. knex would also print them, between the lines of the log.
    log: { warn() {}, error() {} },
  })
}
