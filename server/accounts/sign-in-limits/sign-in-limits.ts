// Waits that grow with wrong passwords. A browser that signed in before has a budget of its own, so nobody can lock an owner out.
// All other browsers of one network share a budget beside those of the names, so that nobody can try one password on many names.
import { BusyError } from '#server/core/faults.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Limits } from '#server/kit/limits/limits.ts'

/** How long a try counts, from the first of them on. */
export const trySeconds = 86_400
/** SAFETY: 1, 2, 4 … 15 minutes. */
const longestWaitSeconds = 15 * 60
/** How long a try counts for its network, from the first of them on. */
export const networkSeconds = 3600
/** Of what one name may, where no setting says how many: carriers put many people behind one address. */
const namesOfNetwork = 20

export type SignInAllowance =
  | { readonly kind: 'open'; readonly failures: number }
  | { readonly kind: 'wait'; readonly retryAfterSeconds: number }

export type NetworkAllowance =
  | { readonly kind: 'open' }
  | { readonly kind: 'wait'; readonly retryAfterSeconds: number }

/** As a statement counted it. */
export interface CountedForNetwork {
  readonly used: number
  readonly endsAt: Date
}

export interface SignInLimits {
  /** Names the counter of this address for strangers, or for one known browser. */
  keyOf(address: string, knownDevice: Buffer | undefined): string
  /** Counts the try before it is judged. */
  begin(key: string): Promise<SignInAllowance>
  /** As `begin`, for a try that was counted in the counter's row: the `used`th. */
  weigh(key: string, used: number): Promise<SignInAllowance>
  /** Weighs the try against what its network has left. @param counted undefined where no statement counted it: that is done here */
  weighNetwork(
    network: string,
    counted: CountedForNetwork | undefined,
    at: Date,
  ): Promise<NetworkAllowance>
  /** For a try that was none, or no failure. */
  refundNetwork(network: string): Promise<void>
  /** For a try that was not judged. @param failures as `begin` told */
  refund(key: string, failures: number): Promise<void>
  /** The network's row in `rate_limits`. */
  networkCounterOf(network: string): string
  /** How many failures a name has before its waits begin. */
  readonly freeFailures: number
  /** Whether this failure is the one to tell of: the first that was judged after the waits began. @param failures as `begin` told */
  beginsWaits(key: string, failures: number): Promise<boolean>
  /**
   * Judges the try that was counted. One that could not be judged was none.
   * @param failures as `begin` told
   * @param network that the try was counted for as well
   */
  judge(
    key: string,
    failures: number,
    verify: () => Promise<boolean>,
    network?: string,
  ): Promise<boolean>
  /** The counter's row in `rate_limits`. */
  counterOf(key: string): string
  /** After the right password. @param counterIsGone where its row was deleted already */
  forget(key: string, failures: number, counterIsGone?: boolean): Promise<void>
}

/** @param networkFailures of all browsers of a network that are not known, in an hour */
export function createSignInLimits(
  limits: Limits,
  keyring: Keyring,
  freeFailures: number,
  networkFailures = namesOfNetwork * freeFailures,
): SignInLimits {
  const tries = limits.limit('sign-in', { points: Number.MAX_SAFE_INTEGER, seconds: trySeconds })
  // One try passes; the next one when its time is over.
  const gate = limits.limit('sign-in-gate', { points: 1, seconds: 60 })
  const told = limits.limit('sign-in-told', { points: 1, seconds: trySeconds })
  const networks = limits.limit('sign-in-network', {
    points: networkFailures,
    seconds: networkSeconds,
  })

  async function weigh(key: string, used: number): Promise<SignInAllowance> {
    const beyond = used - freeFailures
    if (beyond <= 0) return { kind: 'open', failures: used - 1 }
    const wait = Math.min(longestWaitSeconds, 60 * 2 ** Math.min(beyond - 1, 10))
    const passed = await gate.count(key, wait)
    if (passed.kind === 'counted') return { kind: 'open', failures: used - 1 }
    // A try that was not judged does not make the next wait longer.
    await tries.refund(key)
    return { kind: 'wait', retryAfterSeconds: passed.retryAfterSeconds }
  }

  async function refund(key: string, failures: number): Promise<void> {
    await tries.refund(key)
    if (failures >= freeFailures) await gate.forget(key)
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
    async weighNetwork(network, counted, at) {
      if (!counted) {
        const state = await networks.count(network)
        return state.kind === 'full' ? { ...state, kind: 'wait' } : { kind: 'open' }
      }
      if (counted.used <= networkFailures) return { kind: 'open' }
      const retryAfterSeconds = Math.max(
        1,
        Math.ceil((counted.endsAt.getTime() - at.getTime()) / 1000),
      )
      return { kind: 'wait', retryAfterSeconds }
    },
    refundNetwork: (network) => networks.refund(network),
    refund,
    networkCounterOf: (network) => networks.rowOf(network),
    freeFailures,
    // Of several tries at once any may be the one that is judged: no number of failures is surely seen.
    beginsWaits: async (key, failures) =>
      failures >= freeFailures && (await told.count(key)).kind === 'counted',
    async judge(key, failures, verify, network) {
      try {
        return await verify()
      } catch (fault) {
        if (fault instanceof BusyError) {
          await refund(key, failures)
          if (network !== undefined) await networks.refund(network)
        }
        throw fault
      }
    },
    counterOf: (key) => tries.rowOf(key),
    async forget(key, failures, counterIsGone = false) {
      if (!counterIsGone) await tries.forget(key)
      if (failures < freeFailures) return
      await gate.forget(key)
      await told.forget(key)
    },
  }
}
