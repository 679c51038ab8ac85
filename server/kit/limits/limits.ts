// Limits, counted in the database for all processes.
import { createRequire } from 'node:module'
import type * as Flexible from 'rate-limiter-flexible'
import type { Db } from '#db/connection.ts'
import { LimitReached } from '../pages/faults.ts'

// The index of the package would load the stores of fifteen other databases at each start.
const load = createRequire(import.meta.url)
const RateLimiterPostgres: typeof Flexible.RateLimiterPostgres = load(
  'rate-limiter-flexible/lib/RateLimiterPostgres.js',
)
const RateLimiterRes: typeof Flexible.RateLimiterRes = load(
  'rate-limiter-flexible/lib/RateLimiterRes.js',
)

export type Counted =
  | { readonly kind: 'counted'; readonly used: number }
  | { readonly kind: 'full'; readonly retryAfterSeconds: number }

export interface Limit {
  /** Counts one try. @param seconds how long it counts, if not as by the rule */
  count(key: string, seconds?: number): Promise<Counted>
  /** Counts one try. Its page has the texts `limit.<name>`. @throws LimitReached */
  demand(key: string): Promise<void>
  look(key: string): Promise<Counted>
  close(key: string, seconds: number): Promise<void>
  refund(key: string): Promise<void>
  forget(key: string): Promise<void>
  /** The key of its row in `rate_limits`, for `count-store.ts`. */
  rowOf(key: string): string
}

export interface Limits {
  /** Allows `points` tries within `seconds` of the first. */
  limit(name: string, rule: { points: number; seconds: number; onFull?: () => void }): Limit
}

export function createLimits(db: Db): Limits {
  return {
    limit(name, { points: allowed, seconds, onFull }) {
      const store = new RateLimiterPostgres({
        storeClient: db,
        storeType: 'knex',
        tableName: 'rate_limits',
        tableCreated: true,
        clearExpiredByTimeout: false,
        keyPrefix: name,
        points: allowed,
        duration: seconds,
      })
      const judge = (state: Flexible.RateLimiterRes): Counted =>
        state.consumedPoints > allowed
          ? { kind: 'full', retryAfterSeconds: Math.ceil(state.msBeforeNext / 1000) }
          : { kind: 'counted', used: state.consumedPoints }
      const consume = async (key: string, own?: number): Promise<Counted> => {
        try {
          return judge(
            await store.consume(key, 1, own === undefined ? {} : { customDuration: own }),
          )
        } catch (state) {
          if (state instanceof RateLimiterRes) return judge(state)
          throw state
        }
      }
      const count = async (key: string, own?: number): Promise<Counted> => {
        const counted = await consume(key, own)
        if (counted.kind === 'full') onFull?.()
        return counted
      }
      return {
        count,
        async demand(key) {
          const counted = await count(key)
          if (counted.kind === 'full') throw new LimitReached(name, counted.retryAfterSeconds)
        },
        async look(key) {
          const state = await store.get(key)
          if (!state) return { kind: 'counted', used: 0 }
          return state.consumedPoints >= allowed
            ? { kind: 'full', retryAfterSeconds: Math.ceil(state.msBeforeNext / 1000) }
            : { kind: 'counted', used: state.consumedPoints }
        },
        close: async (key, closedSeconds) => void (await store.block(key, closedSeconds)),
        refund: async (key) => void (await store.reward(key, 1)),
        forget: async (key) => void (await store.delete(key)),
        rowOf: (key) => store.getKey(key),
      }
    },
  }
}

export async function deleteSpentLimits(db: Db, now: Date, limit: number): Promise<number> {
  // Skips locked rows: waiting for them could become a deadlock.
  const spent = db('rate_limits')
    .where('expire', '<', now.getTime())
    .limit(limit)
    .forUpdate()
    .skipLocked()
  return await db('rate_limits').whereIn('key', spent.select('key')).delete()
}
