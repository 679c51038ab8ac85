import type { Db } from '#db/connection.ts'
import { findFilterWaiting } from './store.ts'

/** What the overview says of filters: `held` wait to be kept or removed, `unheld` are to be looked at where they lie. */
export async function waitingFilters(db: Db, accountId: string): Promise<'held' | 'unheld' | null> {
  const { held, unheldSince } = await findFilterWaiting(db, accountId)
  if (held > 0) return 'held'
  return unheldSince ? 'unheld' : null
}
