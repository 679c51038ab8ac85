// Dumps our tables and those of the queue as text, like a stolen copy of the database.
import assert from 'node:assert/strict'
import type { Db } from '#db/connection.ts'

/** One line per row, prefixed with its table. */
export async function dumpDatabase(db: Db): Promise<string> {
  const { rows: tables } = await db.raw(
    `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name
     from information_schema.tables
     where table_type = 'BASE TABLE'
       and table_schema not in ('pg_catalog', 'information_schema') order by 1`,
  )
  const lines: string[] = []
  for (const { name } of tables) {
    const { rows } = await db.raw(`select row_to_json(kept)::text as line from ${name} as kept`)
    for (const { line } of rows) lines.push(`${name} ${line}`)
  }
  return lines.join('\n')
}

const spellings = (secret: string) => [
  secret,
  secret.toLowerCase(),
  Buffer.from(secret).toString('hex'),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('base64url'),
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
]

/** Short codes occur in long digests by chance, so they count only as separate words. */
const findIn = (folded: string, spelling: string) =>
  /^\d{1,8}$/.test(spelling)
    ? folded.search(new RegExp(`(?<![0-9a-z])${spelling}(?![0-9a-z])`))
    : folded.indexOf(spelling.toLowerCase())

/** Fails if the dump contains a secret, in clear text or in a usual encoding. */
export function assertAbsent(dump: string, secrets: Readonly<Record<string, string>>): void {
  assert.ok(dump.length > 1000, 'the dump is empty')
  const folded = dump.toLowerCase()
  for (const [name, secret] of Object.entries(secrets)) {
    assert.ok(secret.length >= 4, `${name} is too short to be looked for`)
    for (const spelling of spellings(secret)) {
      const at = findIn(folded, spelling)
      assert.equal(
        at,
        -1,
        `${name} stands in the database: ${dump.slice(Math.max(0, at - 200), at + 80)}`,
      )
    }
  }
}
