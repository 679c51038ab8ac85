// People who leave, and what a database holds of them.
import assert from 'node:assert/strict'
import type { Db } from '#db/connection.ts'
import { eventually, type TestPortal } from '#test/support/portal.ts'
import { type Equipped, equip } from '#test/support/recovery/recovery.ts'
import type { Answer, Visitor } from '#test/support/visitor.ts'

export const day = 86_400_000

export const close = (visitor: Visitor, more: Record<string, string> = {}): Promise<Answer> =>
  visitor.post('/account/close', { confirm: 'on', ...more })

/** Somebody whose mailbox is being closed, in the browser that closed it. */
export async function leaver(
  portal: TestPortal,
  more: Record<string, string> = {},
): Promise<Equipped> {
  const person = await equip(portal)
  const answer = await close(person.browser, more)
  assert.deepEqual([answer.status, answer.location], [303, '/account/closed'], answer.errors.join())
  return person
}

export const rowOf = (portal: TestPortal, accountId: string) =>
  portal.db('accounts').where({ id: accountId }).first()

export const sweep = (portal: TestPortal) => {
  const task = portal.tasks['closing:sweep']
  assert.ok(task)
  return task({}, { attempt: 1, maxAttempts: 1 } as never)
}

export const untilConverged = (portal: TestPortal, accountId: string) =>
  eventually(async () => {
    const row = await portal.db('mailboxes').where({ account_id: accountId }).first()
    return Number(row.applied_revision) >= Number(row.revision) && row
  })

/** What the mail servers read. */
export const inDirectory = (portal: TestPortal, accountId: string) =>
  portal.db('mail_directory.mailboxes').where({ account_id: accountId }).first()

interface Column {
  readonly table: string
  readonly column: string
  readonly key: string
}

/** Every column that may hold a contact, a code or a verifier, in tables that name an account. */
async function secretColumns(db: Db): Promise<Column[]> {
  const { rows } = await db.raw(
    `select c.table_schema || '.' || c.table_name as "table", c.column_name as "column",
       case when c.table_name = 'accounts' then 'id' else k.column_name end as key
     from information_schema.columns c
     join information_schema.tables t using (table_schema, table_name)
     left join information_schema.columns k on k.table_schema = c.table_schema
       and k.table_name = c.table_name and k.column_name in ('account_id', 'owner_id')
     where c.table_schema in ('public', 'mail_directory') and t.table_type = 'BASE TABLE'
       and (k.column_name is not null or c.table_name = 'accounts')
       and c.data_type in ('text', 'bytea', 'jsonb', 'ARRAY')
     order by 1, 2`,
  )
  return rows
}

/** Short words and public values are in many rows. Digests, seals and verifiers are long. */
const isSecret = (value: unknown): value is string =>
  typeof value === 'string' && value.length >= 30

/** The claims of its name stay, so that nobody gets it again. Keys of occasions hold no secret. */
const stays = (table: string, column: string, row: Record<string, unknown>) =>
  (table === 'public.claims' && String(row.kind).startsWith('login')) || column === 'dedupe_key'

/** What the rows of an account hold that is long enough to be a secret, by column. */
export async function secretsOf(db: Db, accountId: string): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>()
  for (const { table, column, key } of await secretColumns(db)) {
    const { rows } = await db.raw(
      `select row_to_json(kept) as "row" from ${table} as kept where ${key} = ?`,
      [accountId],
    )
    const values = rows
      .filter(({ row }: { row: Record<string, unknown> }) => !stays(table, column, row))
      .map(({ row }: { row: Record<string, unknown> }) => row[column])
      .filter(isSecret)
    if (values.length > 0) found.set(`${table}.${column}`, values)
  }
  return found
}

/** Counters and moments of work that a closing and its end move on. */
const moved = new Set([
  'epoch',
  'revision',
  'changed_at',
  'applied_revision',
  'applied_at',
  'end_sessions_revision',
  'ended_sessions_revision',
  'session_epoch',
  'ended_epoch',
  'app_passwords_revision',
  'last_seen_at',
])
/** Sessions end and begin, and notices offer links. */
const ofTheWay = ['public.activity', 'public.sessions', 'public.undos', 'public.messages']

/** All that an account has, row by row, without what a closing moves on the way. */
export async function belongings(db: Db, accountId: string): Promise<string[]> {
  const tables = new Map((await secretColumns(db)).map(({ table, key }) => [table, key]))
  const lines: string[] = []
  for (const [table, key] of tables) {
    if (ofTheWay.includes(table)) continue
    const { rows } = await db.raw(
      `select row_to_json(kept) as "row" from ${table} as kept where ${key} = ?`,
      [accountId],
    )
    for (const { row } of rows) {
      const kept = Object.entries(row).filter(([name]) => !moved.has(name))
      lines.push(`${table} ${JSON.stringify(Object.fromEntries(kept))}`)
    }
  }
  return lines.sort()
}
