// Waits that grow with wrong passwords. Each known browser has tries of its own, so nobody can lock
// an owner out. Unknown browsers of one network also share a limit, whatever names they try.
import { BusyError } from '#server/core/faults.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Limit, Limits } from '#server/kit/limits/limits.ts'

/** How long a name's tries count, from the first one on. */
export const trySeconds = 86_400
/** How long a network's tries count, from the first one on. */
export const networkSeconds = 3600
/** The waits are 1, 2, 4, 8 and then 15 minutes. */
const longestWaitSeconds = 15 * 60
/** By default a network has this many times the tries of one name. */
const namesOfNetwork = 20

interface Wait {
  readonly kind: 'wait'
  readonly retryAfterSeconds: number
}

export type SignInAllowance = { readonly kind: 'open'; readonly failures: number } | Wait

export type NetworkAllowance = { readonly kind: 'open' } | Wait

export interface CountedForNetwork {
  readonly used: number
  readonly endsAt: Date
}

interface NetworkLimit {
  /** @param counted by a statement before; undefined to count the try here */
  weighNetwork(
    network: string,
    counted: CountedForNetwork | undefined,
    at: Date,
  ): Promise<NetworkAllowance>
  refundNetwork(network: string): Promise<void>
  /** The network's row in `rate_limits`. */
  networkCounterOf(network: string): string
}

/** `failures` is always what `begin` or `weigh` returned. */
export interface SignInLimits extends NetworkLimit {
  /** The counter's key: of all strangers, or of one known browser. */
  keyOf(address: string, knownDevice: Buffer | undefined): string
  /** Counts the try before it is judged. */
  begin(key: string): Promise<SignInAllowance>
  /** Like `begin`, where a statement has counted the try already. */
  weigh(key: string, used: number): Promise<SignInAllowance>
  refund(key: string, failures: number): Promise<void>
  readonly freeFailures: number
  /** True for one failure only: the first that was judged after the waits began. */
  beginsWaits(key: string, failures: number): Promise<boolean>
  /** Judges the try. If the hasher is too busy, the try is taken back. */
  judge(
    key: string,
    failures: number,
    verify: () => Promise<boolean>,
    network?: string,
  ): Promise<boolean>
  /** The key's row in `rate_limits`. */
  counterOf(key: string): string
  /** Clears the failures. @param counterIsGone true if the row was deleted already */
  forget(key: string, failures: number, counterIsGone?: boolean): Promise<void>
}

function limitNetworks(networks: Limit, networkFailures: number): NetworkLimit {
  return {
    async weighNetwork(network, counted, at) {
      if (!counted) {
        const state = await networks.count(network)
        return state.kind === 'full' ? { ...state, kind: 'wait' } : { kind: 'open' }
      }
      if (counted.used <= networkFailures) return { kind: 'open' }
      const seconds = Math.ceil((counted.endsAt.getTime() - at.getTime()) / 1000)
      return { kind: 'wait', retryAfterSeconds: Math.max(1, seconds) }
    },
    refundNetwork: (network) => networks.refund(network),
    networkCounterOf: (network) => networks.rowOf(network),
  }
}

/** The counters of a name: tries, a gate that lets one through after each wait, notices. */
function limitNames(limits: Limits, freeFailures: number) {
  const points = Number.MAX_SAFE_INTEGER
  const tries = limits.limit('sign-in', { points, seconds: trySeconds })
  const gate = limits.limit('sign-in-gate', { points: 1, seconds: 60 })
  const notified = limits.limit('sign-in-told', { points: 1, seconds: trySeconds })

  async function weigh(key: string, used: number): Promise<SignInAllowance> {
    const beyond = used - freeFailures
    if (beyond <= 0) return { kind: 'open', failures: used - 1 }
    const wait = Math.min(longestWaitSeconds, 60 * 2 ** Math.min(beyond - 1, 10))
    const passed = await gate.count(key, wait)
    if (passed.kind === 'counted') return { kind: 'open', failures: used - 1 }
    // A refused try does not make the next wait longer.
    await tries.refund(key)
    return { kind: 'wait', retryAfterSeconds: passed.retryAfterSeconds }
  }

  return {
    freeFailures,
    weigh,
    async begin(key: string) {
      const { used } = (await tries.count(key)) as { used: number }
      return await weigh(key, used)
    },
    async refund(key: string, failures: number) {
      await tries.refund(key)
      if (failures >= freeFailures) await gate.forget(key)
    },
    // Simultaneous tries are judged in any order, so one exact number may never come.
    beginsWaits: async (key: string, failures: number) =>
      failures >= freeFailures && (await notified.count(key)).kind === 'counted',
    counterOf: (key: string) => tries.rowOf(key),
    async forget(key: string, failures: number, counterIsGone = false) {
      if (!counterIsGone) await tries.forget(key)
      if (failures < freeFailures) return
      await gate.forget(key)
      await notified.forget(key)
    },
  }
}

/** @param networkFailures failures of all unknown browsers of one network in an hour */
export function createSignInLimits(
  limits: Limits,
  keyring: Keyring,
  freeFailures: number,
  networkFailures = namesOfNetwork * freeFailures,
): SignInLimits {
  const names = limitNames(limits, freeFailures)
  const rule = { points: networkFailures, seconds: networkSeconds }
  const networks = limitNetworks(limits.limit('sign-in-network', rule), networkFailures)

  return {
    ...names,
    ...networks,
    keyOf(address, knownDevice) {
      const who = keyring.digest('limits.sign-in', address).toString('base64url')
      return knownDevice ? `${who}:${knownDevice.toString('base64url')}` : who
    },
    async judge(key, failures, verify, network) {
      try {
        return await verify()
      } catch (fault) {
        if (fault instanceof BusyError) {
          await names.refund(key, failures)
          if (network !== undefined) await networks.refundNetwork(network)
        }
        throw fault
      }
    },
  }
}
