import type { Limit, Limits } from '#server/kit/limits/limits.ts'

/** Each change sends messages. A recovery clears the count: a stranger may have used it up. */
export const createOwnChangeLimit = (limits: Limits): Limit =>
  limits.limit('password-changes', { points: 20, seconds: 86_400 })
