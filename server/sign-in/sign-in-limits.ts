// Waits that grow with wrong passwords. A browser that signed in before has a budget of its own, so nobody can lock an owner out.
import type { Keyring } from '../core/keyring.ts'
import { BusyError } from '../password/hasher.ts'
import type { Limits } from '../web/limits.ts'

/** How long a try counts, from the first of them on. */
export const trySeconds = 86_400
/** SAFETY: 1, 2, 4 … 15 minutes. */
const longestWaitSeconds = 15 * 60

export type SignInBudget =
  | { readonly kind: 'open'; readonly failures: number }
  | { readonly kind: 'wait'; readonly retryAfterSeconds: number; readonly justBegun: boolean }

export interface SignInLimits {
  /** Names the counter of this address for strangers, or for one known browser. */
  keyOf(address: string, knownDevice: Buffer | undefined): string
  /** Counts the try before it is judged. */
  begin(key: string): Promise<SignInBudget>
  /** As `begin`, for a try that was counted in the counter's row: the `used`th. */
  weigh(key: string, used: number): Promise<SignInBudget>
  /** Judges the try that was counted. One that could not be judged was none. @param failures as `begin` told */
  judge(key: string, failures: number, verify: () => Promise<boolean>): Promise<boolean>
  /** The counter's row in `rate_limits`. */
  counterOf(key: string): string
  /** After the right password. @param counterIsGone where its row was deleted already */
  forget(key: string, failures: number, counterIsGone?: boolean): Promise<void>
}

export function createSignInLimits(limits: Limits, keyring: Keyring, freeFailures: number): SignInLimits {
  const tries = limits.limiter('sign-in', { points: Number.MAX_SAFE_INTEGER, seconds: trySeconds })
  // One try passes; the next one when its time is over.
  const gate = limits.limiter('sign-in-gate', { points: 1, seconds: 60 })

  async function weigh(key: string, used: number): Promise<SignInBudget> {
    const beyond = used - freeFailures
    if (beyond <= 0) return { kind: 'open', failures: used - 1 }
    const wait = Math.min(longestWaitSeconds, 60 * 2 ** Math.min(beyond - 1, 10))
    const passed = await gate.count(key, wait)
    if (passed.kind === 'counted') return { kind: 'open', failures: used - 1 }
    // A try that was not judged does not make the next wait longer.
    await tries.refund(key)
    return { kind: 'wait', retryAfterSeconds: passed.retryAfterSeconds, justBegun: beyond === 1 }
  }

  return {
    keyOf(address, knownDevice) {
      const who = keyring.digest('limits.sign-in', address).toString('base64url')
      return knownDevice ? `${who}:${knownDevice.toString('base64url')}` : who
    },
    async begin(key) {
      const { used } = (await tries.count(key)) as { used: number }
      return await weigh(key, used)
    },
    weigh,
    async judge(key, failures, verify) {
      try {
        return await verify()
      } catch (fault) {
        if (fault instanceof BusyError) {
          await tries.refund(key)
          if (failures >= freeFailures) await gate.forget(key)
        }
        throw fault
      }
    },
    counterOf: (key) => tries.rowOf(key),
    async forget(key, failures, counterIsGone = false) {
      if (!counterIsGone) await tries.forget(key)
      if (failures >= freeFailures) await gate.forget(key)
    },
  }
}
