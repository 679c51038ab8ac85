import type { Db } from '#db/connection.ts'
import { asEntry, type RecordedEntry } from './store.ts'

export async function findEntry(
  db: Db,
  accountId: string,
  id: string,
): Promise<RecordedEntry | undefined> {
  const row = await db('activity').where({ account_id: accountId, id }).first()
  return row && asEntry(row)
}
