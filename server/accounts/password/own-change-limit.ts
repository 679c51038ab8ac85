import type { Limit, Limits } from '#server/kit/limits/limits.ts'

/** Each change sends messages. A reset clears the count, for a stranger may have used it up. */
export const createOwnChangeLimit = (limits: Limits): Limit =>
  limits.limit('password-changes', { points: 20, seconds: 86_400 })
