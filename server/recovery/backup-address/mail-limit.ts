// How many mails somebody can have us send to an address.
import type { Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { createLimits, type Limits } from '#server/kit/limits/limits.ts'

export type MailPermit =
  | { readonly kind: 'permitted' }
  | { readonly kind: 'refused'; readonly retryAfterSeconds: number }

export interface MailLimit {
  /**
   * Counts one mail for all the keys, or refuses it and counts none.
   * @param keys who asks and who receives: an account's id, a canonical address. They are kept as keyed digests.
   */
  permit(purpose: 'confirm' | 'reset', keys: readonly string[]): Promise<MailPermit>
  /** Seconds until all of them have a mail left, 0 for at once. Nothing is counted. */
  waitFor(purpose: 'confirm' | 'reset', keys: readonly string[]): Promise<number>
  /** The same guard; what it counts is kept exactly when the transaction is. */
  within(trx: Trx): MailLimit
}

/** SAFETY: 5 in 10 minutes, 10 a day. */
export const burst = { points: 5, seconds: 600 }
export const daySeconds = 86_400

export function createMailLimit(
  limits: Limits,
  keyring: Keyring,
  settings: { readonly limitResetMailsPerDay: number },
): MailLimit {
  const limiters = [
    limits.limit('mail-burst', burst),
    limits.limit('mail-day', { points: settings.limitResetMailsPerDay, seconds: daySeconds }),
  ]
  const budgets = (purpose: string, keys: readonly string[]) =>
    keys.flatMap((key) => {
      const digest = keyring
        .digest('limits.mail', JSON.stringify([purpose, key]))
        .toString('base64url')
      return limiters.map((limiter) => ({ limiter, digest }))
    })
  return {
    async permit(purpose, keys) {
      const counted: (typeof all)[number][] = []
      const all = budgets(purpose, keys)
      for (const budget of all) {
        const state = await budget.limiter.count(budget.digest)
        if (state.kind === 'full') {
          for (const { limiter, digest } of counted) await limiter.refund(digest)
          return { kind: 'refused', retryAfterSeconds: state.retryAfterSeconds }
        }
        counted.push(budget)
      }
      return { kind: 'permitted' }
    },
    async waitFor(purpose, keys) {
      const states = await Promise.all(
        budgets(purpose, keys).map(({ limiter, digest }) => limiter.look(digest)),
      )
      return Math.max(
        0,
        ...states.map((state) => (state.kind === 'full' ? state.retryAfterSeconds : 0)),
      )
    },
    within: (trx) => createMailLimit(createLimits(trx), keyring, settings),
  }
}
