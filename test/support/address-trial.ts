// What tests of backup addresses below the pages have in common: a guard of the mails and people with a linked address.
import assert from 'node:assert/strict'
import { createLimits } from '#server/kit/limits/limits.ts'
import { createMailLimit } from '#server/recovery/backup-address/mail-limit.ts'
import { managedBackupAddress } from '#server/recovery/backup-address/managed-backup-address.ts'
import { putBackupAddress } from '#server/recovery/backup-address/store.ts'
import { manageMethods } from '#server/recovery/methods/managed-method.ts'
import { at, clock, keyring, minutes, startContactTrial } from './contact-trial.ts'

const settings = {
  ...{
    codeMinutes: 10,
    limitCodeTries: 5,
    limitResetMailsPerDay: 10,
    linkMinutes: 60,
    undoDays: 7,
  },
  ...{ defaultLocale: 'en', mailDomains: ['postern.example'] },
} as const

export interface AddressOwner {
  readonly id: string
  readonly address: string
  readonly canonical: string
}

let count = 0
export const newAddress = (): string => `n${++count}@elsewhere.example`

export async function startAddressTrial() {
  const trial = await startContactTrial()
  const guard = createMailLimit(createLimits(trial.db), keyring, settings)
  const put = (accountId: string, address: string, canonical = address, when = at) =>
    trial.within((trx) =>
      putBackupAddress(trx, keyring, {
        accountId,
        address,
        canonical,
        confirmedAt: when,
        provenAt: when,
        at: when,
      }),
    )
  return {
    ...trial,
    guard,
    /** What the verbs of the feature are given, and what a test puts in its place. */
    partsOf: <T extends object>(more: T = {} as T) => ({
      ...{ db: trial.db, keyring, clock, mailLimit: guard, log: { security() {} }, settings },
      methods: manageMethods([managedBackupAddress(keyring)]),
      ...more,
    }),
    put,
    /** Somebody whose backup address is linked since an hour, typed otherwise than it is compared. */
    async owner(
      locale = 'be',
      canonical = newAddress(),
      address = canonical.toUpperCase(),
    ): Promise<AddressOwner> {
      const id = await trial.newAccount(locale)
      assert.equal((await put(id, address, canonical, minutes(-60))).kind, 'put')
      return { id, address, canonical }
    },
  }
}
