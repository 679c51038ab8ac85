/** The threads of this process on which hashes run: libuv's pool, which file reads and name look-ups share. */
import { readdirSync, readFileSync } from 'node:fs'
import { setPriority } from 'node:os'

/**
 * A tenth of the weight of an ordinary thread (Linux sched(7): 110 to 1024). Measured in docs/decisions/0002: the page that is
 * asked for meanwhile comes in half the time, and no fewer hashes are made; 15 and 19 gained nothing more.
 */
export const HASHING_NICENESS = 10

/** Threads of the pool that hashes leave to files and name look-ups. */
const LEFT_TO_OTHERS = 2
const POOL_DEFAULT = 4

/**
 * Lowers the priority of the pool once it has started, so that the event loop runs first and hashing takes what is left.
 * Only Linux gives threads a priority of their own; elsewhere, and where the system forbids it, nothing happens.
 * @returns how many threads were lowered.
 */
export function yieldToEventLoop(): number {
  const threads = poolThreads()
  let lowered = 0
  for (const thread of threads) {
    try {
      setPriority(thread, HASHING_NICENESS)
      lowered += 1
    } catch {
      // A sandbox may forbid it; hashing is as right without.
    }
  }
  return lowered
}

/** How many hashes may run at once on so many processors without taking the whole pool. */
export function hashesAtOnce(processors: number): number {
  const pool = poolThreads().length || POOL_DEFAULT
  return Math.max(1, Math.min(processors, pool - LEFT_TO_OTHERS))
}

/** Thread ids of libuv's pool; empty where the system does not show them (not Linux, or before the first use). */
export function poolThreads(): number[] {
  try {
    return readdirSync('/proc/self/task')
      .filter((thread) =>
        readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').startsWith('libuv-worker'),
      )
      .map(Number)
  } catch {
    return []
  }
}
