// Checks that the database can be read and written.
import { refusesWrites } from '#db/away.ts'
import type { Db } from '#db/connection.ts'
import { pendingMigrations } from '#db/migrate.ts'
import { probeLimits } from '#server/kit/limits/count-store.ts'

/** Anybody may probe, so one good answer also serves the probes that follow. */
const yesHoldsMs = 1000
/** How long a refused write counts: a full disk still takes small rows. */
const distrustMs = 5000

/** @returns a check that never throws and may be called often */
export function createReadiness(db: Db): () => Promise<boolean> {
  let migrated = false
  let refusedAt = Number.NEGATIVE_INFINITY
  let yesAt = Number.NEGATIVE_INFINITY
  let answer: Promise<boolean> | undefined
  db.on('query-error', (fault: unknown) => {
    if (refusesWrites(fault)) refusedAt = performance.now()
  })

  async function ask(): Promise<boolean> {
    migrated ||= (await pendingMigrations(db)).length === 0
    if (!migrated || performance.now() - refusedAt < distrustMs) return false
    // The database may answer although `accounts` is locked, or this role may not read it.
    await db('accounts').first('id')
    // A standby can read but not write.
    await probeLimits(db)
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
