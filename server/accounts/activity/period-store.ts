import type { Db } from '#db/connection.ts'
import { asEntry, type RecordedEntry } from './store.ts'

export interface Period {
  readonly from: Date
  readonly to: Date
}

/** Entries of these events, the newest first. */
export async function listActivityOf(
  db: Db,
  accountId: string,
  events: readonly string[],
  { from, to }: Period,
  limit: number,
): Promise<RecordedEntry[]> {
  const rows = await db('activity')
    .where({ account_id: accountId })
    .whereIn('event', [...events])
    .where('happened_at', '>=', from)
    .where('happened_at', '<', to)
    .orderBy('id', 'desc')
    .limit(limit)
  return rows.map(asEntry)
}
