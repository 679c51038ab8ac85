/** The bounded queue before the hashes. */

import { performance } from 'node:perf_hooks'
import { BusyError } from '#server/core/faults.ts'

/**
 * What a wait may last beyond what was foreseen. At its onset a flood takes the processors away from hashes of which nobody could know
 * how long they would take: whoever would be served too late is told so, and those behind are served in time.
 */
const GRACE_MS = 300

/**
 * First come, first served; who would wait longer than `maxWaitMs`, judged by what runs took lately, is told at once. At least
 * as many may wait as run.
 * @param floodMs what a run takes at least where a flood has its share of the processors: who is let in while it is still quiet
 *   waits among those who come next
 */
export function createLine(parallel: number, maxWaitMs: number, floodMs: number) {
  const waiting: { readonly sinceMs: number; serve(): void; sendAway(fault: BusyError): void }[] =
    []
  let running = 0
  /** Taken and not given back: some of them wait or run by now, some still ask the database. */
  let places = 0
  let usualMs = floodMs

  function demandRoom(): void {
    const before = Math.max(waiting.length, places - running)
    const wouldWaitMs = ((before + 1) * Math.max(usualMs, floodMs)) / parallel
    // Security: a flood of sign-ins finds a short line, not a growing heap of hashes that all come too late.
    if (before >= parallel && wouldWaitMs > maxWaitMs)
      throw new BusyError('the password line is full')
  }

  function takePlace(): () => void {
    demandRoom()
    places += 1
    let isMine = true
    return () => {
      if (isMine) places -= 1
      isMine = false
    }
  }

  async function run<T>(work: () => Promise<T>, placed?: 'placed'): Promise<T> {
    if (running >= parallel) {
      if (!placed) demandRoom()
      await new Promise<void>((serve, sendAway) =>
        waiting.push({ sinceMs: performance.now(), serve, sendAway }),
      )
    } else running += 1
    const startedMs = performance.now()
    try {
      return await work()
    } finally {
      usualMs += (performance.now() - startedMs - usualMs) / 16
      serveNext()
    }
  }

  function serveNext(): void {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      if (performance.now() - next.sinceMs <= maxWaitMs + GRACE_MS) {
        next.serve()
        return
      }
      next.sendAway(new BusyError('the password line stood still'))
    }
    running -= 1
  }
  return { run, takePlace, load: () => ({ running, waiting: waiting.length }) }
}
