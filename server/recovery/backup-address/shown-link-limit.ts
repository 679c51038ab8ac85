// The limits that recovery pages show. They depend only on the asker and on what was typed, so they
// do not reveal whether an account has the address. Real sending has limits of its own: mail-limit.
import type { Db, Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { createLimits } from '#server/kit/limits/limits.ts'
import { longestWait } from '../contacts/longest-wait.ts'
import { daySeconds, perTenMinutes } from './mail-limit.ts'

export interface ShownLinkLimit {
  count(trx: Trx, asker: string, canonical: string): Promise<void>
  /** Seconds until the next request can help, and how many requests are left today. */
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
  const keyOf = (asker: string, canonical: string) => {
    const text = JSON.stringify([asker, canonical])
    return keyring.digest('limits.recovery-mail', text).toString('base64url')
  }
  const limitsOn = (db: Db | Trx) => {
    const limits = createLimits(db)
    return {
      day: limits.limit('recovery-mail-day', { points, seconds: daySeconds }),
      recent: limits.limit('recovery-mail-burst', perTenMinutes),
    }
  }
  return {
    async count(trx, asker, canonical) {
      const rules = limitsOn(trx)
      const key = keyOf(asker, canonical)
      await rules.day.count(key)
      await rules.recent.count(key)
    },
    async look(db, asker, canonical) {
      const rules = limitsOn(db)
      const key = keyOf(asker, canonical)
      const day = await rules.day.look(key)
      const wait = longestWait([day, await rules.recent.look(key)])
      return { wait, left: day.kind === 'full' ? 0 : points - day.used }
    },
  }
}
