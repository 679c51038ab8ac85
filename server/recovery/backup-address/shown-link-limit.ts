// How many links can still be asked for, as the page tells it. It knows only who asks and what was typed, so it tells the same for known
// and unknown names, and nothing of what others asked for; the guard that counts what is really sent stands behind it, and what that holds
// back looks the same.
import type { Db, Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { createLimits } from '#server/kit/limits/limits.ts'
import { burst, daySeconds } from './mail-limit.ts'

export interface ShownLinkLimit {
  count(trx: Trx, asker: string, canonical: string): Promise<void>
  /** Seconds until the next request is worth making, and how many are left today. */
  look(
    db: Db | Trx,
    asker: string,
    canonical: string,
  ): Promise<{ readonly wait: number; readonly left: number }>
}

export function createShownLinkLimit(
  keyring: Keyring,
  settings: { readonly limitResetMailsPerDay: number },
): ShownLinkLimit {
  const points = settings.limitResetMailsPerDay
  const keyOf = (asker: string, canonical: string) =>
    keyring.digest('limits.recovery-mail', JSON.stringify([asker, canonical])).toString('base64url')
  const limitersOn = (db: Db | Trx) => {
    const limits = createLimits(db)
    return {
      day: limits.limit('recovery-mail-day', { points, seconds: daySeconds }),
      burst: limits.limit('recovery-mail-burst', burst),
    }
  }
  return {
    async count(trx, asker, canonical) {
      const limiters = limitersOn(trx)
      const key = keyOf(asker, canonical)
      await limiters.day.count(key)
      await limiters.burst.count(key)
    },
    async look(db, asker, canonical) {
      const limiters = limitersOn(db)
      const key = keyOf(asker, canonical)
      const day = await limiters.day.look(key)
      const states = [day, await limiters.burst.look(key)]
      const wait = Math.max(
        0,
        ...states.map((state) => (state.kind === 'full' ? state.retryAfterSeconds : 0)),
      )
      return { wait, left: day.kind === 'full' ? 0 : points - day.used }
    },
  }
}
