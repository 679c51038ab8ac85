// Key rotation: seals a column anew under the newest key.
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Trx } from './connection.ts'

export interface SealedColumn {
  readonly table: string
  /** Column by which a row is found again. */
  readonly id: string
  readonly column: string
  readonly purpose: string
  /** Whether the table names the key in a column `key_id` too. */
  readonly namesKey?: boolean
}

/** Seals up to `limit` values anew, and returns how many were under an older key; 0 when all is done. Rows that others hold are left to the next call. */
export async function resealColumn(
  trx: Trx,
  keyring: Keyring,
  { table, id, column, purpose, namesKey = false }: SealedColumn,
  limit: number,
): Promise<number> {
  const rows: Record<string, string>[] = await trx(table)
    .whereNotNull(column)
    .whereNot(column, 'like', `${keyring.newestSealPrefix}%`)
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .select(id, column)
  for (const row of rows) {
    const sealed = keyring.seal(purpose, keyring.open(purpose, row[column] ?? ''))
    const named = namesKey ? { key_id: keyring.newestKeyId } : {}
    await trx(table)
      .where({ [id]: row[id] })
      .update({ [column]: sealed, ...named })
  }
  return rows.length
}
