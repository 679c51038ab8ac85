import type { Counted } from '#server/kit/limits/limits.ts'

/** Seconds until none of the limits is full any more, 0 for at once. */
export const longestWait = (states: readonly Counted[]): number =>
  Math.max(0, ...states.map((state) => (state.kind === 'full' ? state.retryAfterSeconds : 0)))
