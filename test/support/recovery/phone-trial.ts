// What tests of phones below the pages share: a limit of SMS, and phone owners.

import assert from 'node:assert/strict'
import { createLimits } from '#server/kit/limits/limits.ts'
import { loadMessages } from '#server/load-messages.ts'
import type { RecoveryMethod } from '#server/recovery/flow/recovery-method.ts'
import { joinMethods } from '#server/recovery/methods/methods.ts'
import { ownedPhone } from '#server/recovery/phone/owned-phone.ts'
import { createSmsLimit, type SmsLimit } from '#server/recovery/phone/sms-limit.ts'
import { putPhone } from '#server/recovery/phone/store.ts'
import { clock, keyring, minutes, startContactTrial } from './contact-trial.ts'

export const phoneSettings = {
  codeMinutes: 10,
  defaultCountry: 'BY',
  limitCodeTries: 5,
  limitSmsPerNumberDay: 6,
  limitSmsWaitSeconds: 60,
  limitSmsTotalDay: 100,
  limitWrongCodesPerDay: 3,
  smsCountries: ['BY', 'PL'],
  undoDays: 7,
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
  const smsLimit: SmsLimit = createSmsLimit(createLimits(trial.db), keyring, phoneSettings)
  return {
    ...trial,
    smsLimit,
    /** What the feature's functions take, with a test's replacements. */
    partsOf: <T extends object>(more: T = {} as T) => ({
      db: trial.db,
      keyring,
      clock,
      loadMessages,
      smsLimit,
      log: { security() {} },
      settings: phoneSettings,
      methods: joinMethods([ownedPhone(keyring) as RecoveryMethod]),
      ...more,
    }),
    /** A person whose phone was linked an hour ago. */
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
