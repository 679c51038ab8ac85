import type { Case } from '../cases/case-store.ts'

export interface ShownClock {
  readonly kind: 'runs' | 'late' | 'paused'
  /** The end of the time; null while the clock is paused. */
  readonly at: Date | null
}

/** Null for a closed case, and for one whose clock is about to start. */
export function describeClock(
  { closedAt, dueAt, isPaused }: Pick<Case, 'closedAt' | 'dueAt' | 'isPaused'>,
  now: Date,
): ShownClock | null {
  if (closedAt) return null
  if (isPaused) return { kind: 'paused', at: null }
  return dueAt && { kind: dueAt < now ? 'late' : 'runs', at: dueAt }
}
