// The wanted state of each mailbox, and how far the platform has followed.
import type { Db, Trx } from '#db/connection.ts'
import type { PasswordFormat, Suspension } from '../mail-platform/mail-platform.ts'

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
  /** As last measured; undefined where the platform cannot tell, or was not asked yet. */
  readonly usedBytes: number | undefined
  readonly measuredAt: Date | null
  readonly mainPasswordOpensMail: boolean
  readonly failures: number
  readonly needsOperatorAt: Date | null
}

export async function insertMailbox(trx: Trx, mailbox: NewMailbox): Promise<void> {
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

/** One more revision with these fields; every change of the wanted state goes through here. */
async function revise(trx: Trx, accountId: string, at: Date, fields: Record<string, unknown>): Promise<number> {
  const [row] = await trx('mailboxes')
    .where({ account_id: accountId })
    .update({
      ...fields,
      revision: trx.raw('revision + 1'),
      changed_at: at,
      failures: 0,
      needs_operator_at: null,
    })
    .returning('revision')
  if (!row) throw new Error('an account without a mailbox')
  return Number(row.revision)
}

/** A new password; `endSessions` cuts the mail programs that are signed in with the old one. */
export async function reviseMailboxPassword(
  trx: Trx,
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
  trx: Trx,
  accountId: string,
  suspension: Suspension,
  reason: string | null,
  at: Date,
): Promise<void> {
  const ends = suspension === 'none' ? {} : { end_sessions_revision: trx.raw('revision + 1') }
  await revise(trx, accountId, at, { suspension, suspension_reason: reason, ...ends })
}

/** Whether the main password opens mail, where that is not so already. */
export async function reviseMainPasswordUse(
  trx: Trx,
  accountId: string,
  opensMail: boolean,
  at: Date,
): Promise<boolean> {
  const changed = await trx('mailboxes')
    .where({ account_id: accountId, main_password_opens_mail: !opensMail })
    .update({
      main_password_opens_mail: opensMail,
      revision: trx.raw('revision + 1'),
      changed_at: at,
      failures: 0,
      needs_operator_at: null,
    })
  return changed === 1
}

export async function listMailboxesWithMainPassword(db: Db, opensMail: boolean, limit: number): Promise<string[]> {
  return await db('mailboxes')
    .where({ main_password_opens_mail: opensMail, removed_at: null })
    .limit(limit)
    .pluck('account_id')
}

/** Other app passwords; `endSessions` cuts the mail programs that are signed in. @returns the revision that brings them along */
export function reviseMailboxAppPasswords(
  trx: Trx,
  accountId: string,
  at: Date,
  endSessions: boolean,
): Promise<number> {
  return revise(trx, accountId, at, endSessions ? { end_sessions_revision: trx.raw('revision + 1') } : {})
}

/** Forwarding and other filters are to be switched off. */
export async function reviseMailboxFilters(trx: Trx, accountId: string, at: Date): Promise<void> {
  await revise(trx, accountId, at, { end_filters_revision: trx.raw('revision + 1') })
}

/** @returns false where the alias is there already, or not there to be removed, or is the mailbox's own address */
export async function reviseMailboxAliases(
  trx: Trx,
  accountId: string,
  how: 'add' | 'remove',
  alias: string,
  at: Date,
): Promise<boolean> {
  const [row] = await trx('mailboxes')
    .where({ account_id: accountId, removed_at: null })
    .whereNot({ address: alias })
    .whereRaw(`${how === 'add' ? 'not ' : ''}? = any (aliases)`, [alias])
    .update({ aliases: trx.raw(how === 'add' ? 'array_append(aliases, ?)' : 'array_remove(aliases, ?)', [alias]) })
    .returning('account_id')
  if (!row) return false
  await revise(trx, accountId, at, {})
  return true
}

/** Another size, where it still has the one that it is changed from. */
export async function reviseMailboxQuota(
  trx: Trx,
  accountId: string,
  { from, to }: { from: number; to: number },
  at: Date,
): Promise<boolean> {
  const changed = await trx('mailboxes')
    .where({ account_id: accountId, quota_bytes: from, removed_at: null })
    .update({
      quota_bytes: to,
      revision: trx.raw('revision + 1'),
      changed_at: at,
      failures: 0,
      needs_operator_at: null,
    })
  return changed === 1
}

/** @param usedBytes undefined leaves the figure as it is and notes only that it was asked for */
export async function noteMailboxUsage(
  db: Db,
  accountId: string,
  usedBytes: number | undefined,
  at: Date,
): Promise<void> {
  await db('mailboxes')
    .where({ account_id: accountId })
    .update({ measured_at: at, ...(usedBytes === undefined ? {} : { used_bytes: usedBytes }) })
}

/** Says the same again with a new revision, so that a platform that lost it gets it once more. */
export async function reviseMailboxUnchanged(trx: Trx, accountId: string, at: Date): Promise<void> {
  await revise(trx, accountId, at, {})
}

export async function findMailboxProgress(db: Db | Trx, accountId: string): Promise<MailboxProgress | undefined> {
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

/** Accounts whose mailbox the platform does not have as wanted since before `since`: for a sweep that catches lost jobs. */
export async function findUnappliedMailboxes(db: Db, since: Date, limit: number): Promise<string[]> {
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
