// What tests of phones below the pages have in common: a guard of the money and people with a linked number.
import assert from 'node:assert/strict'
import { createLimits } from '#server/kit/limits/limits.ts'
import { manageMethods } from '#server/recovery/methods/managed-method.ts'
import { managedPhone } from '#server/recovery/phone/managed-phone.ts'
import { createSmsLimit, type SmsLimit } from '#server/recovery/phone/sms-limit.ts'
import { putPhone } from '#server/recovery/phone/store.ts'
import { clock, keyring, minutes, startContactTrial } from './contact-trial.ts'

export const phoneSettings = {
  ...{
    codeMinutes: 10,
    defaultCountry: 'BY',
    limitCodeTries: 5,
    limitSmsPerNumberDay: 6,
    limitSmsWaitSeconds: 60,
  },
  ...{ limitSmsTotalDay: 100, limitWrongCodesPerDay: 3, smsCountries: ['BY', 'PL'], undoDays: 7 },
  defaultLocale: 'en' as const,
}

export interface PhoneOwner {
  readonly id: string
  readonly e164: string
}

let count = 0
export const newNumber = (): string => `+37529${String(1_000_000 + ++count)}`

export async function startPhoneTrial() {
  const trial = await startContactTrial()
  const guard: SmsLimit = createSmsLimit(createLimits(trial.db), keyring, phoneSettings)
  return {
    ...trial,
    guard,
    /** What the verbs of the feature are given, and what a test puts in its place. */
    partsOf: <T extends object>(more: T = {} as T) => ({
      ...{
        db: trial.db,
        keyring,
        clock,
        smsLimit: guard,
        log: { security() {} },
        settings: phoneSettings,
      },
      methods: manageMethods([managedPhone(keyring)]),
      ...more,
    }),
    /** Somebody whose phone is linked since an hour. */
    async owner(e164 = newNumber(), locale = 'be'): Promise<PhoneOwner> {
      const id = await trial.newAccount(locale)
      const since = { confirmedAt: minutes(-60), provenAt: minutes(-60), at: minutes(-60) }
      const put = await trial.within((trx) =>
        putPhone(trx, keyring, { accountId: id, e164, ...since }),
      )
      assert.equal(put.kind, 'put')
      return { id, e164 }
    },
  }
}
