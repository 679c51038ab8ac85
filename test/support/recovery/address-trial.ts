// What tests of backup addresses below the pages share: a limit of mails, and address owners.

import assert from 'node:assert/strict'
import { createLimits } from '#server/kit/limits/limits.ts'
import { loadMessages } from '#server/load-messages.ts'
import { createMailLimit } from '#server/recovery/backup-address/mail-limit.ts'
import { ownedBackupAddress } from '#server/recovery/backup-address/owned-backup-address.ts'
import { putBackupAddress } from '#server/recovery/backup-address/store.ts'
import type { RecoveryMethod } from '#server/recovery/flow/recovery-method.ts'
import { joinMethods } from '#server/recovery/methods/methods.ts'
import { at, clock, keyring, minutes, startContactTrial } from './contact-trial.ts'

const settings = {
  codeMinutes: 10,
  limitCodeTries: 5,
  limitResetMailsPerDay: 10,
  linkMinutes: 60,
  undoDays: 7,
  defaultLocale: 'en',
  mailDomains: ['postern.example'],
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
  const mailLimit = createMailLimit(createLimits(trial.db), keyring, settings)
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
    mailLimit,
    /** What the feature's functions take, with a test's replacements. */
    partsOf: <T extends object>(more: T = {} as T) => ({
      db: trial.db,
      keyring,
      clock,
      loadMessages,
      mailLimit,
      log: { security() {} },
      settings,
      methods: joinMethods([ownedBackupAddress(keyring) as RecoveryMethod]),
      ...more,
    }),
    put,
    /** A person whose address was linked an hour ago, not typed in its canonical form. */
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
