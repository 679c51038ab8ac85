// Whether the database does all that the portal needs of it.
import { takesNothing } from '#db/away.ts'
import type { Db } from '#db/connection.ts'
import { pendingMigrations } from '#db/migrate.ts'

/** A probe may come from anybody: a yes holds so long, and all who ask at once share one answer. */
const yesHoldsMs = 1000
/** After a refused write. A full disk often takes a small row and refuses the next large one. */
const distrustMs = 5000

/** @returns a question that may be asked as often as one likes. It never throws. */
export function createReadiness(db: Db): () => Promise<boolean> {
  let migrated = false
  let refusedAt = Number.NEGATIVE_INFINITY
  let yesAt = Number.NEGATIVE_INFINITY
  let answer: Promise<boolean> | undefined
  db.on('query-error', (fault: unknown) => {
    if (takesNothing(fault)) refusedAt = performance.now()
  })

  async function ask(): Promise<boolean> {
    // Once all migrations are in, only the database itself can be missing.
    migrated ||= (await pendingMigrations(db)).length === 0
    if (!migrated || performance.now() - refusedAt < distrustMs) return false
    // A database that answers is of no use where the accounts are locked, or not ours to read.
    await db('accounts').first('id')
    // A standby and a read-only server answer every question. This row is older than any limit, so that it counts nothing.
    await db.raw(`insert into rate_limits (key, points, expire) values ('readiness', 0, 0)
      on conflict (key) do update set points = 0`)
    return true
  }

  async function answerOnce(): Promise<boolean> {
    const ready = await ask().catch(() => false)
    answer = undefined
    if (ready) yesAt = performance.now()
    return ready
  }

  return async () => {
    if (yesAt > refusedAt && performance.now() - yesAt < yesHoldsMs) return true
    answer ??= answerOnce()
    return await answer
  }
}
