import type { Db } from '#db/connection.ts'
import { findFilterWaiting } from './store.ts'

/** For the overview: `held` ones wait for a decision, `unheld` ones cannot be held here. */
export async function waitingFilters(db: Db, accountId: string): Promise<'held' | 'unheld' | null> {
  const { held, unheldSince } = await findFilterWaiting(db, accountId)
  if (held > 0) return 'held'
  return unheldSince ? 'unheld' : null
}
