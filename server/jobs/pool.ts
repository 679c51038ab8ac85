import pg from 'pg'

/**
 * The database connections of the queue. graphile-worker would close those that it makes itself without waiting for it, and listens to
 * their faults no more: a database that is stopped right afterwards would end this process with them.
 * @param size connections at most
 * @param onFault told when the database cuts one
 */
export function openPool(connectionString: string, size: number, onFault: (fault: Error) => void): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: size })
  pool.on('error', onFault)
  pool.on('connect', (client) => client.on('error', onFault))
  return pool
}
