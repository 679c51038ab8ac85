// Installs the mail directory into a database of its own and lets the mail servers in, each only to what it must see.
import { readdir } from 'node:fs/promises'
import type { Knex } from 'knex'
import type { Db } from '#db/connection.ts'

const folder = new URL('./', import.meta.url)

const source: Knex.MigrationSource<string> = {
  getMigrations: async () =>
    (await readdir(folder)).filter((name) => /^\d{4}-.+\.ts$/.test(name)).sort(),
  getMigrationName: (name) => name,
  getMigration: (name) => import(new URL(name, folder).href) as Promise<Knex.Migration>,
}

const steps: Knex.MigratorConfig = {
  migrationSource: source,
  tableName: 'mail_directory_migrations',
}

/** For a directory outside the portal's database; the portal's own migrations bring it along. @returns names of what was run */
export async function installMailDirectory(db: Db): Promise<string[]> {
  const [, names] = (await db.migrate.latest(steps)) as [number, string[]]
  return names
}

/** Steps that such a directory still lacks. */
export async function pendingDirectorySteps(db: Db): Promise<string[]> {
  const [, pending] = (await db.migrate.list(steps)) as [unknown, string[]]
  return pending
}

export interface DirectoryRole {
  readonly role: string
  readonly password: string
}

export interface DirectoryRoles {
  readonly dovecot: DirectoryRole
  readonly postfix: DirectoryRole
  /** The portal's own role, where it is not the owner of the directory. */
  readonly portal?: DirectoryRole
}

/** Creates the roles or gives them a new password, and grants each what it needs. Needs a user who may create roles. */
export async function grantMailDirectory(db: Db, roles: DirectoryRoles): Promise<void> {
  await db.transaction(async (trx) => {
    for (const { role, password } of [roles.dovecot, roles.postfix, roles.portal].filter(
      (each) => each !== undefined,
    )) {
      const known = await trx('pg_roles').where({ rolname: role }).first('rolname')
      // A name and a password cannot be bindings of DDL, so PostgreSQL itself quotes them.
      const { rows } = (await trx.raw(
        `select format('${known ? 'alter' : 'create'} role %I login password %L', ?::text, ?::text) as ddl`,
        [role, password],
      )) as { rows: [{ ddl: string }] }
      await trx.raw(rows[0].ddl.replaceAll('?', '\\?'))
      await trx.raw('grant usage on schema mail_directory to ??', [role])
    }
    await grantViews(trx, 'dovecot\\_%', roles.dovecot.role)
    await grantViews(trx, 'postfix\\_%', roles.postfix.role)
    if (roles.portal) {
      const tables = 'select, insert, update, delete on all tables in schema mail_directory'
      await trx.raw(`grant ${tables} to ??`, [roles.portal.role])
    }
    await keepOutOfLogs(trx, roles.dovecot.role)
  })
}

/** The servers see views only: no table, no column that they need not know. */
async function grantViews(trx: Knex.Transaction, like: string, role: string): Promise<void> {
  const views = await trx('pg_views')
    .where({ schemaname: 'mail_directory' })
    .whereLike('viewname', like)
    .pluck('viewname')
  for (const view of views)
    await trx.raw('grant select on ?? to ??', [`mail_directory.${view}`, role])
}

// Security: Queries of Dovecot never reach the log of the database.
// They carry app passwords in clear. Without a superuser, docs/operating.md says what to set.
async function keepOutOfLogs(trx: Knex.Transaction, role: string): Promise<void> {
  const { rows } = (await trx.raw(
    'select rolsuper as super from pg_roles where rolname = current_user',
  )) as {
    rows: [{ super: boolean }]
  }
  if (!rows[0].super) return
  for (const setting of [
    "log_statement = 'none'",
    "log_min_error_statement = 'panic'",
    'log_min_duration_statement = -1',
  ]) {
    await trx.raw(`alter role ?? set ${setting}`, [role])
  }
}
