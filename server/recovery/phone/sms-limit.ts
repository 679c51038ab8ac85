// Limits what SMS cost: how many go to one number, to one block of numbers and in all.
import type { Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { AlertOperator } from '#server/kit/limits/brakes.ts'
import { type Counted, createLimits, type Limits } from '#server/kit/limits/limits.ts'
import { countTogether } from '../contacts/count-together.ts'
import { daySeconds, perTenMinutes, waitAfter } from './sms-waits.ts'

export interface SmsLimitSettings {
  readonly limitSmsPerNumberDay: number
  readonly limitSmsWaitSeconds: number
  readonly limitSmsTotalDay: number
  readonly smsCountries: readonly string[]
}

export interface SmsNumber {
  readonly e164: string
  readonly country: string
  readonly prefix: string
}

type Refusal = 'country' | 'account' | 'number' | 'wait' | 'burst' | 'prefix' | 'total'

export type SmsPermit =
  | { readonly kind: 'permitted' }
  | {
      readonly kind: 'refused'
      /** A page may show only `account`. The other reasons reveal what strangers asked for. */
      readonly reason: Refusal
      readonly retryAfterSeconds: number
    }

export interface SmsLimit {
  /**
   * All purposes and accounts share the limits of a number.
   * @param about.confirmed whether the account has the number
   */
  permit(
    number: SmsNumber,
    about: { readonly accountId?: string; readonly confirmed: boolean },
  ): Promise<SmsPermit>
  within(trx: Trx): SmsLimit
}

const keptForOwner = (perDay: number) => 2 * Math.floor(perDay / 6)
const perAccount = { points: 10, seconds: daySeconds }
const perPrefix = { points: 20, seconds: 3600 }

/** @param alertOperator called when a block of numbers or the day is full */
export function createSmsLimit(
  limits: Limits,
  keyring: Keyring,
  settings: SmsLimitSettings,
  alertOperator?: AlertOperator,
): SmsLimit {
  const rules = createRules(limits, settings, alertOperator)
  // Security: No counter reveals a number.
  const keyOf = (what: string, value: string) =>
    keyring.digest(`limits.sms-${what}`, value).toString('base64url')

  return {
    async permit({ e164, country, prefix }, { accountId, confirmed }) {
      if (!settings.smsCountries.includes(country))
        return { kind: 'refused', reason: 'country', retryAfterSeconds: daySeconds }
      const number = keyOf('number', e164)
      const { count, giveBack } = countTogether()
      const refuse = async (reason: Refusal, state: Counted): Promise<SmsPermit> => {
        await giveBack()
        const retryAfterSeconds = state.kind === 'full' ? state.retryAfterSeconds : 1
        return { kind: 'refused', reason, retryAfterSeconds }
      }
      // Security: A request counts for the account that asks, whatever becomes of it.
      const asked = accountId === undefined ? undefined : await rules.account.count(accountId)
      if (asked?.kind === 'full') return refuse('account', asked)
      const today = await count(rules.day, number)
      if (today.kind === 'full') return refuse('number', today)
      // Security: Strangers leave the owner of a number a third of its day.
      const strange = confirmed ? undefined : await count(rules.strangers, number)
      if (strange?.kind === 'full') return refuse('number', strange)
      const wait = waitAfter(settings.limitSmsWaitSeconds, today.used)
      const waited = await count(rules.wait, number, wait)
      if (waited.kind === 'full') return refuse('wait', waited)
      const recent = await count(rules.recent, number)
      if (recent.kind === 'full') return refuse('burst', recent)
      const near = await count(rules.prefix, keyOf('prefix', prefix))
      if (near.kind === 'full') return refuse('prefix', near)
      const all = await count(rules.total, 'all')
      // Security: Confirmed numbers are served beyond the total of the day.
      if (all.kind === 'full' && !confirmed) return refuse('total', all)
      return { kind: 'permitted' }
    },
    within: (trx) => createSmsLimit(createLimits(trx), keyring, settings, alertOperator),
  }
}

function createRules(
  limits: Limits,
  settings: SmsLimitSettings,
  alertOperator: AlertOperator | undefined,
) {
  const perDay = settings.limitSmsPerNumberDay
  const forStrangers = perDay - keptForOwner(perDay)
  return {
    account: limits.limit('sms-account', perAccount),
    day: limits.limit('sms-number', { points: perDay, seconds: daySeconds }),
    strangers: limits.limit('sms-number-strangers', {
      points: forStrangers,
      seconds: daySeconds,
    }),
    wait: limits.limit('sms-wait', { points: 1, seconds: 60 }),
    recent: limits.limit('sms-burst', perTenMinutes),
    prefix: limits.limit('sms-prefix', {
      ...perPrefix,
      onFull: () => alertOperator?.('sms-prefix'),
    }),
    total: limits.limit('sms-total', {
      points: settings.limitSmsTotalDay,
      seconds: daySeconds,
      onFull: () => alertOperator?.('sms-total'),
    }),
  }
}
