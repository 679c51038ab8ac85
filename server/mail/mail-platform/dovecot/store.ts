// Writes the mail directory, by conditional statements: a late call undoes nothing.
import type { Db } from '#db/connection.ts'
import type { WantedMailbox } from '../mail-platform.ts'

export interface Written {
  /** What the directory holds after the call. */
  readonly revision: number
  readonly written: boolean
  /** True for a new mailbox, which no cache of Dovecot knows. */
  readonly created: boolean
  /** Older sessions must still be ended; undefined: there are none. */
  readonly endSessionsBefore: number | undefined
  /** False if another mailbox has one of them. Nothing was changed then. */
  readonly addressesFree: boolean
}

// Only a newer revision brings a removed mailbox back, no repeated call.
const upsertMailbox = `
  with moved as (
    insert into mail_directory.mailboxes as known (account_id, address, revision, password,
      suspension, suspension_reason, quota_bytes, main_password_opens_mail, created_at, changed_at)
    values (:accountId, :address, :revision, :password, :suspension, :reason, :quotaBytes,
      :mainPasswordOpensMail, :now, :now)
    on conflict (account_id) do update set
      address = excluded.address, revision = excluded.revision, password = excluded.password,
      suspension = excluded.suspension, suspension_reason = excluded.suspension_reason,
      quota_bytes = excluded.quota_bytes,
      main_password_opens_mail = excluded.main_password_opens_mail,
      changed_at = excluded.changed_at, removed_at = null, purge_after = null,
      session_epoch = known.session_epoch + (known.password is distinct from excluded.password
        or known.main_password_opens_mail is distinct from excluded.main_password_opens_mail
        or excluded.suspension in ('login', 'all')
          and known.suspension not in ('login', 'all'))::integer
    where known.revision < excluded.revision
      or (known.revision = excluded.revision and known.removed_at is null)
    returning account_id, revision, session_epoch, ended_epoch, xmax = 0 as created
  ), dropped as (
    delete from mail_directory.addresses a using moved
    where a.account_id = moved.account_id and a.address <> all (cast(:addresses as text[]))
  ), taken as (
    insert into mail_directory.addresses as known (address, account_id)
    select wanted, moved.account_id from moved, unnest(cast(:addresses as text[])) as wanted
    on conflict (address) do update set account_id = excluded.account_id
      where known.account_id = excluded.account_id
    returning known.address
  ), served as (
    insert into mail_directory.domains (domain)
    select distinct split_part(address, '@', 2) from taken
    on conflict do nothing
  )
  select coalesce(moved.revision, known.revision) as revision,
    moved.revision is not null as written,
    coalesce(moved.created, false) as created,
    case when moved.session_epoch > moved.ended_epoch then moved.session_epoch end as epoch,
    moved.revision is null
      or (select count(*) from taken) = cardinality(cast(:addresses as text[])) as free
  from (select cast(:accountId as uuid) as account_id) as asked
    left join moved using (account_id)
    left join mail_directory.mailboxes known using (account_id)`

class AddressTaken extends Error {
  override readonly name = 'AddressTaken'
}

interface WrittenRow {
  readonly revision: string
  readonly written: boolean
  readonly created: boolean
  readonly epoch: string | null
  readonly free: boolean
}

const nothingWritten: Written = {
  revision: 0,
  written: false,
  created: false,
  endSessionsBefore: undefined,
  addressesFree: false,
}

/** Creates or changes the mailbox unless the directory has a newer revision. */
export async function writeMailbox(db: Db, wanted: WantedMailbox, now: Date): Promise<Written> {
  const bindings = {
    accountId: wanted.accountId,
    address: wanted.address,
    revision: wanted.revision,
    password: wanted.password,
    suspension: wanted.suspension,
    reason: wanted.suspensionReason,
    quotaBytes: wanted.quotaBytes,
    mainPasswordOpensMail: wanted.mainPasswordOpensMail,
    addresses: [...new Set([wanted.address, ...wanted.aliases])],
    now,
  }
  try {
    return await db.transaction(async (trx) => {
      const { rows } = (await trx.raw(upsertMailbox, bindings)) as { rows: [WrittenRow] }
      const [row] = rows
      if (!row.free) throw new AddressTaken()
      return {
        revision: Number(row.revision),
        written: row.written,
        created: row.created,
        endSessionsBefore: row.epoch === null ? undefined : Number(row.epoch),
        addressesFree: true,
      }
    })
  } catch (error) {
    const { constraint } = error as { constraint?: string }
    const isTaken = error instanceof AddressTaken || constraint === 'mailboxes_address_key'
    if (isTaken) return nothingWritten
    throw error
  }
}

/** Keeps letters and address until `purgeAfter`, no password. A second call changes nothing. */
export async function quarantineMailbox(
  db: Db,
  accountId: string,
  now: Date,
  purgeAfter: Date,
): Promise<void> {
  await db('mail_directory.app_passwords').where({ account_id: accountId }).delete()
  await db('mail_directory.mailboxes')
    .where({ account_id: accountId, removed_at: null })
    .update({
      removed_at: now,
      password: null,
      purge_after: purgeAfter,
      changed_at: now,
      session_epoch: db.raw('session_epoch + 1'),
    })
}

/** @returns the new epoch, or undefined if there is no such mailbox */
export async function startSessionEpoch(db: Db, address: string): Promise<number | undefined> {
  const [row] = await db('mail_directory.mailboxes')
    .where({ address })
    .update({ session_epoch: db.raw('session_epoch + 1') })
    .returning('session_epoch')
  return row && Number(row.session_epoch)
}

/** Keeps a repeated call from ending sessions that were opened since. */
export async function noteSessionsEnded(db: Db, address: string, epoch: number): Promise<void> {
  await db('mail_directory.mailboxes')
    .where({ address })
    .where('ended_epoch', '<', epoch)
    .update({ ended_epoch: epoch })
}

export async function listPurgeable(
  db: Db,
  now: Date,
  limit: number,
): Promise<{ accountId: string; address: string }[]> {
  return db('mail_directory.mailboxes')
    .select({ accountId: 'account_id', address: 'address' })
    .whereNotNull('removed_at')
    .where('purge_after', '<=', now)
    .orderBy('purge_after')
    .limit(limit)
}

/** Deletes the row, unless the mailbox has come back meanwhile. */
export async function forgetMailbox(db: Db, accountId: string, now: Date): Promise<void> {
  await db('mail_directory.mailboxes')
    .where({ account_id: accountId })
    .where('purge_after', '<=', now)
    .delete()
}
