// The limits that pages show. They depend only on the asker and on what was typed, so they do not
// reveal whether an account has the number. Real sending has limits of its own: sms-limit.
import type { Db, Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { createLimits } from '#server/kit/limits/limits.ts'
import { countTogether } from '../contacts/count-together.ts'
import { longestWait } from '../contacts/longest-wait.ts'
import { daySeconds, perTenMinutes, waitAfter } from './sms-waits.ts'

export interface ShownSmsLimitSettings {
  readonly limitSmsPerNumberDay: number
  readonly limitSmsWaitSeconds: number
}

export type SmsPurpose = 'recovery' | 'linking'

export interface ShownSmsLimit {
  /** Counts one request and returns 0, or returns the seconds to wait. */
  ask(trx: Trx, asker: string, e164: string): Promise<number>
  /** Seconds until the next request, and how many requests are left today. */
  look(
    db: Db | Trx,
    asker: string,
    e164: string,
  ): Promise<{ readonly wait: number; readonly left: number }>
}

export function createShownSmsLimit(
  keyring: Keyring,
  settings: ShownSmsLimitSettings,
  purpose: SmsPurpose,
): ShownSmsLimit {
  const { limitSmsPerNumberDay: points, limitSmsWaitSeconds: waitSeconds } = settings
  const keyOf = (asker: string, e164: string) => {
    const text = JSON.stringify([asker, e164])
    return keyring.digest('limits.recovery-sms', text).toString('base64url')
  }
  // Counts in the transaction of the request: a request that is rolled back counts nothing.
  const limitsOn = (db: Db | Trx) => {
    const limits = createLimits(db)
    return {
      day: limits.limit(`${purpose}-sms-day`, { points, seconds: daySeconds }),
      wait: limits.limit(`${purpose}-sms-wait`, { points: 1, seconds: 60 }),
      recent: limits.limit(`${purpose}-sms-burst`, perTenMinutes),
    }
  }
  return {
    async ask(trx, asker, e164) {
      const rules = limitsOn(trx)
      const key = keyOf(asker, e164)
      const { count, giveBack } = countTogether()
      const refuse = async (seconds: number) => {
        await giveBack()
        return seconds
      }
      const today = await count(rules.day, key)
      if (today.kind === 'full') return refuse(today.retryAfterSeconds)
      const waited = await count(rules.wait, key, waitAfter(waitSeconds, today.used))
      if (waited.kind === 'full') return refuse(waited.retryAfterSeconds)
      const recent = await count(rules.recent, key)
      return recent.kind === 'full' ? refuse(recent.retryAfterSeconds) : 0
    },
    async look(db, asker, e164) {
      const rules = limitsOn(db)
      const key = keyOf(asker, e164)
      const day = await rules.day.look(key)
      const others = [await rules.wait.look(key), await rules.recent.look(key)]
      const left = day.kind === 'full' ? 0 : points - day.used
      return { wait: longestWait([day, ...others]), left }
    },
  }
}
