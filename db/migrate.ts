import { readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import { runMigrations } from 'graphile-worker'
import type { Knex } from 'knex'
import pg from 'pg'
import { connectDatabase, type Db } from './connection.ts'

const folder = new URL('./migrations/', import.meta.url)
/** The process that gets this lock migrates, the others wait for it. */
const advisoryLock = 4_837_201

interface Migration {
  up(db: Knex): Promise<void>
  down(db: Knex): Promise<void>
}

/** The database knows a migration by the name of its file alone. */
const source: Knex.MigrationSource<string> = {
  getMigrations: async () =>
    (await readdir(folder, { recursive: true }))
      .filter((file) => /^\d{4}-.+\.ts$/.test(basename(file)))
      .sort(),
  getMigrationName: (file) => basename(file),
  getMigration: (file) => import(new URL(file, folder).href) as Promise<Migration>,
}

const migrations = { migrationSource: source, tableName: 'migrations' }

export async function pendingMigrations(db: Db): Promise<string[]> {
  const [, pending] = (await db.migrate.list(migrations)) as [unknown, string[]]
  return pending.map((file) => basename(file))
}

/** Runs pending migrations, and returns their names. Several processes may call it at once. */
export async function migrateDatabase(url: string): Promise<string[]> {
  const session = new pg.Client({ connectionString: url })
  await session.connect()
  const db = connectDatabase(url, 3)
  try {
    await session.query('select pg_advisory_lock($1)', [advisoryLock])
    await runMigrations({ connectionString: url })
    await db.raw('set statement_timeout = 0')
    // A killed process leaves knex's own lock row behind. The advisory lock dies with its session.
    await db.migrate.forceFreeMigrationsLock(migrations)
    const [, names] = (await db.migrate.latest(migrations)) as [number, string[]]
    return names
  } finally {
    await db.destroy()
    await session.end()
  }
}
