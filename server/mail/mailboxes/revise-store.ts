// Changes of the wanted state: each is one more revision, which the worker brings to the platform.
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import type { PasswordFormat, Suspension } from '../mail-platform/mail-platform.ts'

/** What every change says besides itself; an operator who was asked for is asked no more. */
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

/** A new password; `endSessions` cuts the mail programs that are signed in with the old one. */
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

/** Another level of suspension. Rising to `login` or beyond ends live sessions. */
export async function reviseMailboxSuspension(
  trx: AccountTrx,
  accountId: string,
  suspension: Suspension,
  at: Date,
): Promise<void> {
  const ends = suspension === 'none' ? {} : { end_sessions_revision: trx.raw('revision + 1') }
  await revise(trx, accountId, at, { suspension, ...ends })
}

/** Whether the main password opens mail, where that is not so already. */
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

/** Other app passwords; `endSessions` cuts the mail programs that are signed in. @returns the revision that brings them along */
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

/** Forwarding and other filters are to be switched off, and live sessions end: one could switch them on again. */
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

/** @returns false where the alias is there already, or not there to be removed, or is the mailbox's own address */
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

/** Another size, where it still has the one that it is changed from. */
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

/** Says the same again with a new revision, so that a platform that lost it gets it once more. */
export async function reviseMailboxUnchanged(
  trx: AccountTrx,
  accountId: string,
  at: Date,
): Promise<void> {
  await revise(trx, accountId, at, {})
}
