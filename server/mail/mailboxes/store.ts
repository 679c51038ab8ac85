// The wanted state of each mailbox, and how far the platform has followed.

import type { Db, Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import type { Suspension } from '#server/accounts/life/account-life.ts'
import type { PasswordFormat } from '../mail-platform/mail-platform.ts'

export interface NewMailbox {
  readonly accountId: string
  readonly address: string
  readonly passwordFormat: PasswordFormat
  readonly passwordSealed: string
  readonly quotaBytes: number
  readonly mainPasswordOpensMail: boolean
  readonly at: Date
}

export interface MailboxProgress {
  readonly address: string
  readonly revision: number
  readonly appliedRevision: number
  readonly appliedAt: Date | null
  readonly changedAt: Date
  readonly passwordChangedAt: Date
  readonly passwordRevision: number
  readonly passwordLiveAt: Date | null
  readonly suspension: Suspension
  readonly quotaBytes: number
  /** As last measured; undefined before that, or if the platform does not tell. */
  readonly usedBytes: number | undefined
  readonly measuredAt: Date | null
  readonly mainPasswordOpensMail: boolean
  readonly failures: number
  readonly needsOperatorAt: Date | null
}

export async function insertMailbox(trx: AccountTrx, mailbox: NewMailbox): Promise<void> {
  await trx('mailboxes').insert({
    account_id: mailbox.accountId,
    address: mailbox.address,
    password_format: mailbox.passwordFormat,
    password_sealed: mailbox.passwordSealed,
    quota_bytes: mailbox.quotaBytes,
    main_password_opens_mail: mailbox.mainPasswordOpensMail,
    changed_at: mailbox.at,
    password_changed_at: mailbox.at,
  })
}

export async function listMailboxesWithMainPassword(
  db: Db,
  opensMail: boolean,
  limit: number,
): Promise<string[]> {
  return await db('mailboxes')
    .where({ main_password_opens_mail: opensMail, removed_at: null })
    .limit(limit)
    .pluck('account_id')
}

export async function findMailboxProgress(
  db: Db | Trx,
  accountId: string,
): Promise<MailboxProgress | undefined> {
  const row = await db('mailboxes').where({ account_id: accountId }).first()
  return (
    row && {
      address: row.address,
      revision: Number(row.revision),
      appliedRevision: Number(row.applied_revision),
      appliedAt: row.applied_at,
      changedAt: row.changed_at,
      passwordChangedAt: row.password_changed_at,
      passwordRevision: Number(row.password_revision),
      passwordLiveAt: row.password_live_at,
      suspension: row.suspension,
      quotaBytes: Number(row.quota_bytes),
      usedBytes: row.used_bytes === null ? undefined : Number(row.used_bytes),
      measuredAt: row.measured_at,
      mainPasswordOpensMail: row.main_password_opens_mail,
      failures: row.failures,
      needsOperatorAt: row.needs_operator_at,
    }
  )
}

/** Accounts whose change from before `since` has not reached the platform yet. */
export async function findUnappliedMailboxes(
  db: Db,
  since: Date,
  limit: number,
): Promise<string[]> {
  const rows = await db('mailboxes')
    .whereRaw('applied_revision < revision')
    .whereNull('needs_operator_at')
    .where('changed_at', '<', since)
    .orderBy('changed_at')
    .limit(limit)
    .select('account_id')
  return rows.map((row) => row.account_id)
}

export async function listAliases(db: Db, accountId: string): Promise<string[]> {
  const row = await db('mailboxes').where({ account_id: accountId }).first('aliases')
  return [...(row?.aliases ?? [])].sort()
}
