import { readdir } from 'node:fs/promises'
import { runMigrations } from 'graphile-worker'
import type { Knex } from 'knex'
import pg from 'pg'
import { connectDatabase, type Db } from './connection.ts'

const folder = new URL('./migrations/', import.meta.url)
/** Any constant of ours: whoever holds it is the one who migrates. */
const advisoryLock = 4_837_201

interface Migration {
  up(db: Knex): Promise<void>
  down(db: Knex): Promise<void>
}

const source: Knex.MigrationSource<string> = {
  getMigrations: async () =>
    (await readdir(folder)).filter((name) => /^\d{4}-.+\.ts$/.test(name)).sort(),
  getMigrationName: (name) => name,
  getMigration: (name) => import(new URL(name, folder).href) as Promise<Migration>,
}

const migrations = { migrationSource: source, tableName: 'migrations' }

/** Names of the migrations that the database has not had yet. */
export async function pendingMigrations(db: Db): Promise<string[]> {
  const [, pending] = (await db.migrate.list(migrations)) as [unknown, string[]]
  return pending
}

/**
 * Brings the database at `url` up to date: graphile-worker's tables first, then ours. Several processes may start at once: one migrates,
 * the others wait. knex's own lock row would stay behind a killed process for ever, so it is freed under an advisory lock, which dies with
 * its session.
 * @returns names of the migrations that were run
 */
export async function migrateDatabase(url: string): Promise<string[]> {
  const guard = new pg.Client({ connectionString: url })
  await guard.connect()
  const db = connectDatabase(url, 3)
  try {
    await guard.query('select pg_advisory_lock($1)', [advisoryLock])
    await runMigrations({ connectionString: url })
    await db.raw('set statement_timeout = 0')
    await db.migrate.forceFreeMigrationsLock(migrations)
    const [, names] = (await db.migrate.latest(migrations)) as [number, string[]]
    return names
  } finally {
    await db.destroy()
    await guard.end()
  }
}
