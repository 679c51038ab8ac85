// Hashes run in libuv's thread pool, together with file reads and DNS queries.
import { readdirSync, readFileSync } from 'node:fs'
import { setPriority } from 'node:os'

/** A tenth of the usual share of CPU. 15 and 19 gained nothing more (docs/decisions/0002). */
export const HASHING_NICENESS = 10

const LEFT_TO_OTHERS = 2
const POOL_DEFAULT = 4

/** Gives the event loop more CPU than the pool. @returns how many threads were lowered */
export function yieldToEventLoop(): number {
  const threads = poolThreads()
  let lowered = 0
  for (const thread of threads) {
    try {
      setPriority(thread, HASHING_NICENESS)
      lowered += 1
    } catch {
      // A sandbox may forbid it. Hashing works without.
    }
  }
  return lowered
}

export function hashesAtOnce(processors: number): number {
  const pool = poolThreads().length || POOL_DEFAULT
  return Math.max(1, Math.min(processors, pool - LEFT_TO_OTHERS))
}

/** Thread ids. Empty outside of Linux, and before the first use of the pool. */
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
