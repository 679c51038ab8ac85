// PostgreSQL for tests: one migrated template, and a clone of it for each test file.
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { connectDatabase, type Db } from '#db/connection.ts'
import { type EmbeddedPostgres, ensureDatabase, startEmbeddedPostgres } from '#db/embedded.ts'
import { migrateDatabase } from '#db/migrate.ts'
import { freePort } from './ports.ts'

const template = 'postern_template'
/** Tests need no durability. */
const fast = [
  '-c',
  'fsync=off',
  '-c',
  'synchronous_commit=off',
  '-c',
  'full_page_writes=off',
  '-c',
  'max_connections=300',
]

export interface TestServer {
  /** The user of this URL may create databases. */
  readonly url: string
  stop(): Promise<void>
}

const memory = '/dev/shm'
/** Much more than a complete run needs. */
const roomBytes = 4e9

/** In memory if there is room: on a disk, cloning takes three times as long. */
async function placeForData(): Promise<string> {
  const found = await statfs(memory).catch(() => undefined)
  return found && found.bavail * found.bsize > roomBytes ? memory : tmpdir()
}

/** Prepares the template on the server of TEST_DATABASE_URL, else on a new one. */
export async function startTestServer(): Promise<TestServer> {
  const given = process.env.TEST_DATABASE_URL
  if (given) {
    await makeTemplate(given)
    return { url: given, stop: async () => {} }
  }
  const folder = await mkdtemp(join(await placeForData(), 'postern-test-'))
  // The server may run as another user than the owner of the folder.
  await chmod(folder, 0o711)
  const server = await startEmbeddedPostgres(folder, fast, await freePort())
  await ensureDatabase(server, template)
  await migrateDatabase(server.urlOf(template))
  return { url: server.urlOf('postgres'), stop: () => stopAndRemove(server, folder) }
}

async function stopAndRemove(server: EmbeddedPostgres, folder: string): Promise<void> {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}

async function run<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

const onServer = (url: string, database: string) => {
  const named = new URL(url)
  named.pathname = `/${database}`
  return named.href
}

async function makeTemplate(url: string): Promise<void> {
  await run(url, async (client) => {
    await client.query(`drop database if exists ${template}`)
    await client.query(`create database ${template}`)
  })
  await migrateDatabase(onServer(url, template))
}

export interface TestDatabase {
  readonly url: string
  readonly db: Db
  /** Closes the connections and drops the database. */
  drop(): Promise<void>
}

/** Closing connections would report the forced end as an uncaught error of the test. */
async function untilNobodyIsConnected(client: pg.Client, database: string): Promise<void> {
  for (let round = 0; round < 50; round += 1) {
    const { rowCount } = await client.query('select 1 from pg_stat_activity where datname = $1', [
      database,
    ])
    if (!rowCount) return
    await new Promise((wake) => setTimeout(wake, 20))
  }
}

const seenIdle = new Set<string>()

/** Drops clones of killed test processes: nobody was connected at the last call either. */
export async function dropLeftDatabases(server: string): Promise<void> {
  await run(server, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `select datname as name from pg_database d where datname like 'test\\_%'
       and not exists (select from pg_stat_activity a where a.datname = d.datname)`,
    )
    const idle = rows.map(({ name }) => name)
    for (const name of idle.filter((each) => seenIdle.has(each)))
      await client.query(`drop database if exists ${name} with (force)`)
    seenIdle.clear()
    for (const name of idle) seenIdle.add(name)
  })
}

let ownServer: Promise<TestServer> | undefined
let openDatabases = 0

/** A new migrated database. Under `npm test` all files share one server. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const shared = process.env.TEST_SERVER_URL
  ownServer ??= shared ? undefined : startTestServer()
  openDatabases += 1
  const server = shared ?? (await ownServer)?.url ?? ''
  const name = `test_${randomBytes(6).toString('hex')}`
  await run(server, (client) =>
    client.query(`create database ${name} template ${template} strategy file_copy`),
  )
  const url = onServer(server, name)
  const db = connectDatabase(url, 8)
  return {
    url,
    db,
    drop: async () => {
      await db.destroy()
      await run(server, async (client) => {
        await untilNobodyIsConnected(client, name)
        await client.query(`drop database if exists ${name} with (force)`)
      })
      openDatabases -= 1
      if (openDatabases > 0) return
      const last = ownServer
      ownServer = undefined
      await (await last)?.stop()
    },
  }
}
