// How often codes may be asked for, as the page tells it. It knows only who asks and what was typed, so it tells the same for known and
// unknown names, and nothing of what others asked for; the guard that counts what is really sent stands behind it.
import type { Db, Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { createLimits, type Limit } from '#server/kit/limits/limits.ts'

export interface ShownSmsLimitSettings {
  readonly limitSmsPerNumberDay: number
  readonly limitSmsWaitSeconds: number
}

/** Recovery asks in the name of a mailbox from one network or known browser, linking in that of an account that is signed in. */
export type SmsPurpose = 'recovery' | 'linking'

export interface ShownSmsLimit {
  /** Counts one request. Returns 0, or the seconds to wait, and then nothing was counted. */
  ask(trx: Trx, asker: string, e164: string): Promise<number>
  /** Seconds until the next request, and how many are left today. */
  look(
    db: Db | Trx,
    asker: string,
    e164: string,
  ): Promise<{ readonly wait: number; readonly left: number }>
}

const daySeconds = 86_400
/** SAFETY: 60, 120 and 300 s between sends, 3 in 10 minutes. */
const waitSteps = [1, 2, 5]
const burst = { points: 3, seconds: 600 }

/** Eighths of a second: the limiter keeps whole milliseconds. */
const exact = (seconds: number) => Math.ceil(seconds * 8) / 8

export function createShownSmsLimit(
  keyring: Keyring,
  settings: ShownSmsLimitSettings,
  purpose: SmsPurpose,
): ShownSmsLimit {
  const waitAfter = (sends: number) =>
    exact(settings.limitSmsWaitSeconds * (waitSteps[Math.min(sends, waitSteps.length) - 1] ?? 1))
  const keyOf = (asker: string, e164: string) =>
    keyring.digest('limits.recovery-sms', JSON.stringify([asker, e164])).toString('base64url')
  // In the transaction of the request: a request that is not kept is not counted, and no second connection is waited for.
  const limitersOn = (db: Db | Trx) => {
    const limits = createLimits(db)
    return {
      day: limits.limit(`${purpose}-sms-day`, {
        points: settings.limitSmsPerNumberDay,
        seconds: daySeconds,
      }),
      gate: limits.limit(`${purpose}-sms-wait`, { points: 1, seconds: 60 }),
      burst: limits.limit(`${purpose}-sms-burst`, burst),
    }
  }
  return {
    async ask(trx, asker, e164) {
      const limiters = limitersOn(trx)
      const key = keyOf(asker, e164)
      const counted: Limit[] = []
      const refuse = async (seconds: number) => {
        for (const limiter of counted) await limiter.refund(key)
        return seconds
      }
      const today = await limiters.day.count(key)
      if (today.kind === 'full') return refuse(today.retryAfterSeconds)
      counted.push(limiters.day)
      const passed = await limiters.gate.count(key, waitAfter(today.used))
      if (passed.kind === 'full') return refuse(passed.retryAfterSeconds)
      counted.push(limiters.gate)
      const recent = await limiters.burst.count(key)
      return recent.kind === 'full' ? refuse(recent.retryAfterSeconds) : 0
    },
    async look(db, asker, e164) {
      const limiters = limitersOn(db)
      const key = keyOf(asker, e164)
      const day = await limiters.day.look(key)
      const states = [day, await limiters.gate.look(key), await limiters.burst.look(key)]
      const wait = Math.max(
        0,
        ...states.map((state) => (state.kind === 'full' ? state.retryAfterSeconds : 0)),
      )
      return { wait, left: day.kind === 'full' ? 0 : settings.limitSmsPerNumberDay - day.used }
    },
  }
}
