// Changes the wanted state and enqueues the job that brings it to the platform, in one transaction.

import type { Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import type { NewPassword, Suspension } from '#server/accounts/life/account-life.ts'
import { assertNever } from '#server/core/assert-never.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import type { MailPlatform, PasswordFormat } from '../mail-platform/mail-platform.ts'
import {
  reviseMailboxAppPasswords,
  reviseMailboxClosing,
  reviseMailboxFilters,
  reviseMailboxPassword,
  reviseMailboxRemoved,
  reviseMailboxSuspension,
} from './revise-store.ts'
import { insertMailbox } from './store.ts'

export const convergeTask = 'mailbox:converge'
export const sealPurpose = 'mailboxes.password'

export interface MailboxParts {
  readonly keyring: Keyring
  readonly platform: Pick<MailPlatform, 'passwordFormat'>
  readonly settings: { readonly quotaBytes: number; readonly appPasswordsOnly: boolean }
}

async function inFormat(format: PasswordFormat, { plain, verifier }: NewPassword): Promise<string> {
  switch (format) {
    case 'argon2id':
      return verifier
    case 'plaintext':
      return plain
    case 'sha512-crypt': {
      const { hashSha512Crypt } = await import('#server/accounts/password/sha512-crypt.ts')
      return await hashSha512Crypt(plain)
    }
    default:
      return assertNever(format)
  }
}

async function sealFor({ keyring, platform }: MailboxParts, password: NewPassword) {
  const format = platform.passwordFormat
  return { format, sealed: keyring.seal(sealPurpose, await inFormat(format, password)) }
}

/** The queue of the jobs that bring a mailbox to its platform. */
export const mailboxQueue = (accountId: string): string => `mailbox:${accountId}`

// A mailbox has one job at a time.
// A waiting job serves later changes too, since it reads the whole state.
export async function enqueueConvergence(
  trx: Trx,
  accountId: string,
  afterSeconds?: number,
): Promise<void> {
  const name = mailboxQueue(accountId)
  const later = afterSeconds === undefined ? {} : { afterSeconds }
  await enqueue(trx, convergeTask, { accountId }, { jobKey: name, queueName: name, ...later })
}

export async function wantMailbox(
  trx: AccountTrx,
  parts: MailboxParts,
  mailbox: { accountId: string; address: string; password: NewPassword; at: Date },
): Promise<void> {
  const { format, sealed } = await sealFor(parts, mailbox.password)
  await insertMailbox(trx, {
    accountId: mailbox.accountId,
    address: mailbox.address,
    passwordFormat: format,
    passwordSealed: sealed,
    quotaBytes: parts.settings.quotaBytes,
    mainPasswordOpensMail: !parts.settings.appPasswordsOnly,
    at: mailbox.at,
  })
  await enqueueConvergence(trx, mailbox.accountId)
}

/** @param change.endSessions true disconnects mail programs that use the old password */
export async function wantMailboxPassword(
  trx: AccountTrx,
  parts: MailboxParts,
  change: { accountId: string; password: NewPassword; at: Date; endSessions: boolean },
): Promise<void> {
  const sealed = await sealFor(parts, change.password)
  await reviseMailboxPassword(trx, change.accountId, sealed, change.at, change.endSessions)
  await enqueueConvergence(trx, change.accountId)
}

export async function wantMailboxSuspension(
  trx: AccountTrx,
  change: { accountId: string; suspension: Suspension; at: Date },
): Promise<void> {
  await reviseMailboxSuspension(trx, change.accountId, change.suspension, change.at)
  await enqueueConvergence(trx, change.accountId)
}

/** The letter that tells of a closing still reaches the mailbox. */
const letterSeconds = 5

export async function wantMailboxClosing(
  trx: AccountTrx,
  change: { accountId: string; closing: boolean; at: Date },
): Promise<void> {
  const { accountId, closing, at } = change
  await reviseMailboxClosing(trx, accountId, closing, at)
  await enqueueConvergence(trx, accountId, closing ? letterSeconds : undefined)
}

export async function wantMailboxRemoved(
  trx: AccountTrx,
  { accountId, at }: { accountId: string; at: Date },
): Promise<void> {
  await reviseMailboxRemoved(trx, accountId, at)
  await enqueueConvergence(trx, accountId)
}

/**
 * Locks the mailbox and enqueues its job.
 * @param change.endSessions true disconnects all mail programs
 * @returns the revision that brings the app passwords to the platform
 */
export async function wantAppPasswords(
  trx: AccountTrx,
  change: { accountId: string; at: Date; endSessions: boolean },
): Promise<number> {
  const revision = await reviseMailboxAppPasswords(
    trx,
    change.accountId,
    change.at,
    change.endSessions,
  )
  await enqueueConvergence(trx, change.accountId)
  return revision
}

/** Others call `holdFilters`, which also takes back decisions to keep a filter. */
export async function wantFiltersOff(
  trx: AccountTrx,
  { accountId, at }: { accountId: string; at: Date },
): Promise<void> {
  await reviseMailboxFilters(trx, accountId, at)
  await enqueueConvergence(trx, accountId)
}
