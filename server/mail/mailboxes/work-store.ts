// The wanted state as the worker reads it, and the progress that the worker records.
import type { Db } from '#db/connection.ts'
import type { PasswordFormat, WantedMailbox } from '../mail-platform/mail-platform.ts'

/** The wanted state, and what the worker must do besides `apply`. */
export interface MailboxWork {
  readonly wanted: Omit<WantedMailbox, 'password' | 'suspensionReason'>
  /** The owner's language. */
  readonly locale: string | null
  readonly passwordSealed: string | null
  readonly passwordFormat: PasswordFormat
  readonly appliedRevision: number
  readonly removed: boolean
  readonly closing: boolean
  readonly sessionsToEnd: boolean
  readonly endSessionsRevision: number
  readonly filtersToEnd: boolean
  readonly endFiltersRevision: number
}

export async function findMailboxWork(db: Db, accountId: string): Promise<MailboxWork | undefined> {
  const row = await db('mailboxes')
    .join('accounts', 'accounts.id', 'mailboxes.account_id')
    .where({ account_id: accountId })
    .first('mailboxes.*', 'accounts.locale')
  return (
    row && {
      wanted: {
        accountId,
        address: row.address,
        revision: Number(row.revision),
        suspension: row.closing ? 'all' : row.suspension,
        quotaBytes: Number(row.quota_bytes),
        mainPasswordOpensMail: row.main_password_opens_mail,
        aliases: row.aliases,
      },
      locale: row.locale,
      passwordSealed: row.password_sealed,
      passwordFormat: row.password_format,
      appliedRevision: Number(row.applied_revision),
      removed: row.removed_at !== null,
      closing: row.closing,
      sessionsToEnd: Number(row.end_sessions_revision) > Number(row.ended_sessions_revision),
      endSessionsRevision: Number(row.end_sessions_revision),
      filtersToEnd: Number(row.end_filters_revision) > Number(row.ended_filters_revision),
      endFiltersRevision: Number(row.end_filters_revision),
    }
  )
}

const passwordLiveAt = `case
  when password_live_at is null and password_revision <= ? then ?::timestamptz
  else password_live_at end`
/** A password in clear is deleted as soon as the platform has it. */
const passwordSealed = `case
  when password_format = 'plaintext' and password_revision <= ? then null
  else password_sealed end`

/** Notes that the platform has this revision. A late acknowledgement changes nothing. */
export async function acknowledgeMailbox(
  db: Db,
  accountId: string,
  revision: number,
  at: Date,
): Promise<void> {
  await db('mailboxes')
    .where({ account_id: accountId })
    .where('applied_revision', '<', revision)
    .update({
      applied_revision: revision,
      applied_at: at,
      failures: 0,
      last_failure: null,
      needs_operator_at: null,
      password_live_at: db.raw(passwordLiveAt, [revision, at]),
      password_sealed: db.raw(passwordSealed, [revision]),
    })
}

/** Notes that the platform takes this revision's password and no older one. */
export async function notePasswordLive(
  db: Db,
  accountId: string,
  revision: number,
  at: Date,
): Promise<void> {
  await db('mailboxes')
    .where({ account_id: accountId, password_live_at: null })
    .where('password_revision', '<=', revision)
    .update({ password_live_at: at })
}

export async function noteSessionsEnded(
  db: Db,
  accountId: string,
  revision: number,
): Promise<void> {
  await db('mailboxes')
    .where({ account_id: accountId })
    .where('ended_sessions_revision', '<', revision)
    .update({ ended_sessions_revision: revision })
}

export async function noteFiltersEnded(db: Db, accountId: string, revision: number): Promise<void> {
  await db('mailboxes')
    .where({ account_id: accountId })
    .where('ended_filters_revision', '<', revision)
    .update({ ended_filters_revision: revision })
}

/** @param givenUpAt null while the queue still tries */
export async function noteMailboxFailure(
  db: Db,
  accountId: string,
  failure: string,
  givenUpAt: Date | null,
): Promise<void> {
  await db('mailboxes')
    .where({ account_id: accountId })
    .update({
      failures: db.raw('failures + 1'),
      last_failure: failure,
      needs_operator_at: givenUpAt,
    })
}
