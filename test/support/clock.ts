import type { Clock } from '#server/core/clock.ts'

export interface TestClock extends Clock {
  advance(milliseconds: number): void
}

/** Stands still until it is told to move. Starts at the present second unless told otherwise. */
export function createTestClock(start: Date = new Date()): TestClock {
  let now = start.getTime()
  return {
    now: () => new Date(now),
    advance(milliseconds) {
      now += milliseconds
    },
  }
}
