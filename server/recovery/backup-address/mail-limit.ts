// How many mails people can make us send to an address.
import type { Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { createLimits, type Limits } from '#server/kit/limits/limits.ts'
import { countTogether } from '../contacts/count-together.ts'
import { longestWait } from '../contacts/longest-wait.ts'

export type MailPermit =
  | { readonly kind: 'permitted' }
  | { readonly kind: 'refused'; readonly retryAfterSeconds: number }

export type MailPurpose = 'confirm' | 'reset'

export interface MailLimit {
  /** Counts a mail for each key (account or address), or for none if one is full. */
  permit(purpose: MailPurpose, keys: readonly string[]): Promise<MailPermit>
  /** Seconds until each key has a mail left, 0 for at once. Counts nothing. */
  waitFor(purpose: MailPurpose, keys: readonly string[]): Promise<number>
  within(trx: Trx): MailLimit
}

export const perTenMinutes = { points: 5, seconds: 600 }
export const daySeconds = 86_400

export function createMailLimit(
  limits: Limits,
  keyring: Keyring,
  settings: { readonly limitResetMailsPerDay: number },
): MailLimit {
  const perDay = { points: settings.limitResetMailsPerDay, seconds: daySeconds }
  const rules = [limits.limit('mail-burst', perTenMinutes), limits.limit('mail-day', perDay)]
  const countersOf = (purpose: MailPurpose, keys: readonly string[]) =>
    keys.flatMap((key) => {
      const text = JSON.stringify([purpose, key])
      const digest = keyring.digest('limits.mail', text).toString('base64url')
      return rules.map((limit) => ({ limit, digest }))
    })
  return {
    async permit(purpose, keys) {
      const { count, giveBack } = countTogether()
      for (const { limit, digest } of countersOf(purpose, keys)) {
        const state = await count(limit, digest)
        if (state.kind === 'counted') continue
        await giveBack()
        return { kind: 'refused', retryAfterSeconds: state.retryAfterSeconds }
      }
      return { kind: 'permitted' }
    },
    async waitFor(purpose, keys) {
      const counters = countersOf(purpose, keys)
      const looks = counters.map(({ limit, digest }) => limit.look(digest))
      return longestWait(await Promise.all(looks))
    },
    within: (trx) => createMailLimit(createLimits(trx), keyring, settings),
  }
}
