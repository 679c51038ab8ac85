// Guards the money: how many SMS go to one number, to one block of numbers and in all.
import type { Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { AlertOperator } from '#server/kit/limits/brakes.ts'
import { type Counted, createLimits, type Limit, type Limits } from '#server/kit/limits/limits.ts'

export interface SmsLimitSettings {
  readonly limitSmsPerNumberDay: number
  readonly limitSmsWaitSeconds: number
  readonly limitSmsTotalDay: number
  readonly smsCountries: readonly string[]
}

/** A number as `parsePhoneNumber` gives it. */
export interface GuardedNumber {
  readonly e164: string
  readonly country: string
  readonly prefix: string
}

export type SmsPermit =
  | { readonly kind: 'permitted' }
  | {
      readonly kind: 'refused'
      readonly reason: 'country' | 'account' | 'number' | 'wait' | 'burst' | 'prefix' | 'total'
      readonly retryAfterSeconds: number
    }

export interface SmsLimit {
  /**
   * Counts one SMS before it is written, or refuses it. One number has one budget over all purposes and accounts.
   * Security: only `account` is a reason that may be told: the others tell what strangers asked for.
   * @param about.accountId the account that asks or is asked for, where there is one
   * @param about.confirmed the number belongs to the account that the SMS is for: still served when the day's total, or what strangers may
   * have of the number's own, is used up
   */
  permit(
    number: GuardedNumber,
    about: { readonly accountId?: string; readonly confirmed: boolean },
  ): Promise<SmsPermit>
  /** The same guard; what it counts is kept exactly when the transaction is. */
  within(trx: Trx): SmsLimit
}

const daySeconds = 86_400
/** SAFETY: 60, 120 and 300 s between the sends of a day. */
const waitSteps = [1, 2, 5]
const burst = { points: 3, seconds: 600 }
/** A third of the number's day, where it has six and more. */
const keptForOwner = (perDay: number) => 2 * Math.floor(perDay / 6)
/** Nobody who links phone after phone needs more. */
const perAccount = { points: 10, seconds: daySeconds }
const perPrefix = { points: 20, seconds: 3600 }

/** Eighths of a second: the limiter keeps whole milliseconds. */
const exact = (seconds: number) => Math.ceil(seconds * 8) / 8

/** @param alertOperator told when a block of numbers or the day has had its SMS */
export function createSmsLimit(
  limits: Limits,
  keyring: Keyring,
  settings: SmsLimitSettings,
  alertOperator?: AlertOperator,
): SmsLimit {
  const accounts = limits.limit('sms-account', perAccount)
  const perDay = limits.limit('sms-number', {
    points: settings.limitSmsPerNumberDay,
    seconds: daySeconds,
  })
  const byStrangers = limits.limit('sms-number-strangers', {
    points: settings.limitSmsPerNumberDay - keptForOwner(settings.limitSmsPerNumberDay),
    seconds: daySeconds,
  })
  const gate = limits.limit('sms-wait', { points: 1, seconds: 60 })
  const bursts = limits.limit('sms-burst', burst)
  const prefixes = limits.limit('sms-prefix', {
    ...perPrefix,
    onFull: () => alertOperator?.('sms-prefix'),
  })
  const total = limits.limit('sms-total', {
    points: settings.limitSmsTotalDay,
    seconds: daySeconds,
    onFull: () => alertOperator?.('sms-total'),
  })
  // Security: counters are named by keyed digests, so that the table of limits tells no number.
  const keyOf = (what: string, value: string) =>
    keyring.digest(`limits.sms-${what}`, value).toString('base64url')
  const waitAfter = (sent: number) =>
    exact(settings.limitSmsWaitSeconds * (waitSteps[Math.min(sent, waitSteps.length) - 1] ?? 1))

  return {
    async permit({ e164, country, prefix }, { accountId, confirmed }) {
      if (!settings.smsCountries.includes(country))
        return { kind: 'refused', reason: 'country', retryAfterSeconds: daySeconds }
      const number = keyOf('number', e164)
      const counted: [Limit, string][] = []
      const count = async (limiter: Limit, key: string, seconds?: number): Promise<Counted> => {
        const state = await limiter.count(key, seconds)
        if (state.kind === 'counted') counted.push([limiter, key])
        return state
      }
      const refuse = async (
        reason: 'account' | 'number' | 'wait' | 'burst' | 'prefix' | 'total',
        state: Counted,
      ) => {
        for (const [limiter, key] of counted) await limiter.refund(key)
        return {
          kind: 'refused',
          reason,
          retryAfterSeconds: state.kind === 'full' ? state.retryAfterSeconds : 1,
        } as const
      }
      // Security: counted for who asks whatever becomes of it: what is left of it would tell what was held back.
      const asked = accountId === undefined ? undefined : await accounts.count(accountId)
      if (asked?.kind === 'full') return refuse('account', asked)
      const today = await count(perDay, number)
      if (today.kind === 'full') return refuse('number', today)
      // Security: whoever asks for a code to somebody else's number leaves its owner some of the day.
      const strange = confirmed ? undefined : await count(byStrangers, number)
      if (strange?.kind === 'full') return refuse('number', strange)
      const passed = await count(gate, number, waitAfter(today.used))
      if (passed.kind === 'full') return refuse('wait', passed)
      const recent = await count(bursts, number)
      if (recent.kind === 'full') return refuse('burst', recent)
      const near = await count(prefixes, keyOf('prefix', prefix))
      if (near.kind === 'full') return refuse('prefix', near)
      const all = await count(total, 'all')
      // Security: when the day's total is used up, owners of confirmed numbers still get their codes.
      if (all.kind === 'full' && !confirmed) return refuse('total', all)
      return { kind: 'permitted' }
    },
    within: (trx) => createSmsLimit(createLimits(trx), keyring, settings, alertOperator),
  }
}
