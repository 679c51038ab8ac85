// The queue in which passwords wait for their hash. It is bounded.
import { performance } from 'node:perf_hooks'
import { BusyError } from '#server/core/faults.ts'

/** A wait may last longer than foreseen: hashes slow down when a flood begins. */
const GRACE_MS = 300

interface Waiting {
  readonly sinceMs: number
  serve(): void
  refuse(fault: BusyError): void
}

/**
 * Runs work first come, first served. Refuses work that would wait longer than `maxWaitMs`, as
 * recent work lets foresee. But `parallel` pieces of work may always wait.
 * @param floodMs how long one piece of work takes during a flood: the estimate is never lower
 */
export function createLine(parallel: number, maxWaitMs: number, floodMs: number) {
  const waiting: Waiting[] = []
  let running = 0
  /** Places taken and not given back. Their requests wait, run or still ask the database. */
  let places = 0
  let usualMs = floodMs

  function requireRoom(): void {
    const before = Math.max(waiting.length, places - running)
    const wouldWaitMs = ((before + 1) * Math.max(usualMs, floodMs)) / parallel
    // Security: In a flood of sign-ins the queue stays short: the rest is refused at once.
    if (before >= parallel && wouldWaitMs > maxWaitMs)
      throw new BusyError('the password line is full')
  }

  function takePlace(): () => void {
    requireRoom()
    places += 1
    let isMine = true
    return () => {
      if (isMine) places -= 1
      isMine = false
    }
  }

  async function run<T>(work: () => Promise<T>, placed?: 'placed'): Promise<T> {
    if (running >= parallel) {
      if (!placed) requireRoom()
      await new Promise<void>((serve, refuse) =>
        waiting.push({ sinceMs: performance.now(), serve, refuse }),
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
      next.refuse(new BusyError('the password line stood still'))
    }
    running -= 1
  }
  return { run, takePlace, load: () => ({ running, waiting: waiting.length }) }
}
