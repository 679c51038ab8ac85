// Rotation of keys: seals the values of a column again, under the newest key.
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Trx } from './connection.ts'

export interface SealedColumn {
  readonly table: string
  readonly id: string
  readonly column: string
  readonly purpose: string
  readonly namesKey?: boolean
}

/** Reseals up to `limit` values, and returns how many. Locked rows wait for the next call. */
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
