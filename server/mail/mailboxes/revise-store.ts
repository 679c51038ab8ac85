// Changes the wanted state. Each change is a revision, which a job brings to the platform.

import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import type { Suspension } from '#server/accounts/life/account-life.ts'
import type { PasswordFormat } from '../mail-platform/mail-platform.ts'

/** Every change sets these, so the worker tries again even after it gave up. */
const oneMoreRevision = (trx: AccountTrx, at: Date) => ({
  revision: trx.raw('revision + 1'),
  changed_at: at,
  failures: 0,
  needs_operator_at: null,
})

async function revise(
  trx: AccountTrx,
  accountId: string,
  at: Date,
  fields: Record<string, unknown>,
): Promise<number> {
  const [row] = await trx('mailboxes')
    .where({ account_id: accountId })
    .update({
      ...fields,
      ...oneMoreRevision(trx, at),
    })
    .returning('revision')
  if (!row) throw new Error('an account without a mailbox')
  return Number(row.revision)
}

/** @param endSessions true disconnects mail programs that use the old password */
export async function reviseMailboxPassword(
  trx: AccountTrx,
  accountId: string,
  password: { format: PasswordFormat; sealed: string },
  at: Date,
  endSessions: boolean,
): Promise<void> {
  await revise(trx, accountId, at, {
    password_format: password.format,
    password_sealed: password.sealed,
    password_revision: trx.raw('revision + 1'),
    password_changed_at: at,
    password_live_at: null,
    ...(endSessions ? { end_sessions_revision: trx.raw('revision + 1') } : {}),
  })
}

/** Every suspension but `none` ends the sessions of mail programs. */
export async function reviseMailboxSuspension(
  trx: AccountTrx,
  accountId: string,
  suspension: Suspension,
  at: Date,
): Promise<void> {
  const ends = suspension === 'none' ? {} : { end_sessions_revision: trx.raw('revision + 1') }
  await revise(trx, accountId, at, { suspension, ...ends })
}

/** While an account is being closed, its mailbox is shut, whatever the suspension says. */
export async function reviseMailboxClosing(
  trx: AccountTrx,
  accountId: string,
  closing: boolean,
  at: Date,
): Promise<void> {
  const ends = closing ? { end_sessions_revision: trx.raw('revision + 1') } : {}
  await revise(trx, accountId, at, { closing, ...ends })
}

/** Removes the mailbox for good, and forgets its password. Its address stays its own. */
export async function reviseMailboxRemoved(
  trx: AccountTrx,
  accountId: string,
  at: Date,
): Promise<void> {
  await revise(trx, accountId, at, {
    removed_at: at,
    password_sealed: null,
    end_sessions_revision: trx.raw('revision + 1'),
  })
}

/** @returns false if the main password was already used so */
export async function reviseMainPasswordUse(
  trx: AccountTrx,
  accountId: string,
  opensMail: boolean,
  at: Date,
): Promise<boolean> {
  const changed = await trx('mailboxes')
    .where({ account_id: accountId, main_password_opens_mail: !opensMail })
    .update({
      main_password_opens_mail: opensMail,
      ...oneMoreRevision(trx, at),
    })
  return changed === 1
}

/** @returns the revision that brings the app passwords to the platform */
export function reviseMailboxAppPasswords(
  trx: AccountTrx,
  accountId: string,
  at: Date,
  endSessions: boolean,
): Promise<number> {
  return revise(
    trx,
    accountId,
    at,
    endSessions ? { end_sessions_revision: trx.raw('revision + 1') } : {},
  )
}

/** Switches filters off, and ends the sessions that could switch them on again. */
export async function reviseMailboxFilters(
  trx: AccountTrx,
  accountId: string,
  at: Date,
): Promise<void> {
  await revise(trx, accountId, at, {
    end_sessions_revision: trx.raw('revision + 1'),
    end_filters_revision: trx.raw('revision + 1'),
  })
}

/** @returns false if nothing changes, or if the alias is the mailbox's own address */
export async function reviseMailboxAliases(
  trx: AccountTrx,
  accountId: string,
  how: 'add' | 'remove',
  alias: string,
  at: Date,
): Promise<boolean> {
  const [row] = await trx('mailboxes')
    .where({ account_id: accountId, removed_at: null })
    .whereNot({ address: alias })
    .whereRaw(`${how === 'add' ? 'not ' : ''}? = any (aliases)`, [alias])
    .update({
      aliases: trx.raw(how === 'add' ? 'array_append(aliases, ?)' : 'array_remove(aliases, ?)', [
        alias,
      ]),
    })
    .returning('account_id')
  if (!row) return false
  await revise(trx, accountId, at, {})
  return true
}

/** @returns false if the mailbox no longer has the size `from` */
export async function reviseMailboxQuota(
  trx: AccountTrx,
  accountId: string,
  { from, to }: { from: number; to: number },
  at: Date,
): Promise<boolean> {
  const changed = await trx('mailboxes')
    .where({ account_id: accountId, quota_bytes: from, removed_at: null })
    .update({
      quota_bytes: to,
      ...oneMoreRevision(trx, at),
    })
  return changed === 1
}

/** A new revision of the same state is brought to the platform once more. */
export async function reviseMailboxUnchanged(
  trx: AccountTrx,
  accountId: string,
  at: Date,
): Promise<void> {
  await revise(trx, accountId, at, {})
}
