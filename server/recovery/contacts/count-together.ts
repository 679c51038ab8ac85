import type { Counted, Limit } from '#server/kit/limits/limits.ts'

/** Counts in several limits. Once one is full, the caller gives back what the others counted. */
export function countTogether() {
  const counted: [Limit, string][] = []
  return {
    async count(limit: Limit, key: string, seconds?: number): Promise<Counted> {
      const state = await limit.count(key, seconds)
      if (state.kind === 'counted') counted.push([limit, key])
      return state
    },
    async giveBack(): Promise<void> {
      for (const [limit, key] of counted) await limit.refund(key)
    },
  }
}
