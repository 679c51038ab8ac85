// The rows of the mail directory. Every change is one guarded statement, so a late or repeated call can never undo a newer one.

import type { Db } from '#db/connection.ts'
import type { Suspension } from '#server/accounts/life/account-life.ts'
import type { MailService, ObservedMailbox, WantedMailbox } from '../mail-platform.ts'

/** `held` is the revision in the directory after the call. */
export interface Written {
  readonly held: number
  readonly written: boolean
  /** The mailbox was not there before, so no cache can know an older state of it. */
  readonly created: boolean
  /** Sessions of before this epoch are still to be ended; absent where all are. */
  readonly endSessionsBefore: number | undefined
  /** False: another mailbox has one of the addresses. Nothing was changed then. */
  readonly addressesFree: boolean
}

// A removed mailbox comes back only by a newer revision: a repeated call of before the removal must not revive it.
const upsertMailbox = `
  with moved as (
    insert into mail_directory.mailboxes as held (account_id, address, revision, password, suspension, suspension_reason,
      quota_bytes, main_password_opens_mail, created_at, changed_at)
    values (:accountId, :address, :revision, :password, :suspension, :reason, :quotaBytes, :mainPasswordOpensMail, :now, :now)
    on conflict (account_id) do update set
      address = excluded.address, revision = excluded.revision, password = excluded.password, suspension = excluded.suspension,
      suspension_reason = excluded.suspension_reason, quota_bytes = excluded.quota_bytes,
      main_password_opens_mail = excluded.main_password_opens_mail, changed_at = excluded.changed_at,
      removed_at = null, purge_after = null,
      session_epoch = held.session_epoch + (held.password is distinct from excluded.password
        or held.main_password_opens_mail is distinct from excluded.main_password_opens_mail
        or excluded.suspension in ('login', 'all') and held.suspension not in ('login', 'all'))::integer
    where held.revision < excluded.revision or (held.revision = excluded.revision and held.removed_at is null)
    returning account_id, revision, session_epoch, ended_epoch, xmax = 0 as created
  ), dropped as (
    delete from mail_directory.addresses a using moved
    where a.account_id = moved.account_id and a.address <> all (cast(:addresses as text[]))
  ), taken as (
    insert into mail_directory.addresses as held (address, account_id)
    select wanted, moved.account_id from moved, unnest(cast(:addresses as text[])) as wanted
    on conflict (address) do update set account_id = excluded.account_id where held.account_id = excluded.account_id
    returning held.address
  ), served as (
    insert into mail_directory.domains (domain)
    select distinct split_part(address, '@', 2) from taken
    on conflict do nothing
  )
  select coalesce(moved.revision, held.revision) as held, moved.revision is not null as written,
    coalesce(moved.created, false) as created,
    case when moved.session_epoch > moved.ended_epoch then moved.session_epoch end as epoch,
    moved.revision is null or (select count(*) from taken) = cardinality(cast(:addresses as text[])) as free
  from (select cast(:accountId as uuid) as account_id) as asked
    left join moved using (account_id)
    left join mail_directory.mailboxes held using (account_id)`

class AddressTaken extends Error {
  override readonly name = 'AddressTaken'
}

/** Creates or changes the mailbox unless the directory already holds a newer revision. */
export async function writeMailbox(db: Db, wanted: WantedMailbox, now: Date): Promise<Written> {
  const { accountId, address, revision, password, suspension, quotaBytes, mainPasswordOpensMail } =
    wanted
  const bindings = {
    accountId,
    address,
    revision,
    password,
    suspension,
    reason: wanted.suspensionReason,
    quotaBytes,
    mainPasswordOpensMail,
    addresses: [...new Set([address, ...wanted.aliases])],
    now,
  }
  type Row = {
    held: string
    written: boolean
    created: boolean
    epoch: string | null
    free: boolean
  }
  try {
    return await db.transaction(async (trx) => {
      const { rows } = (await trx.raw(upsertMailbox, bindings)) as { rows: [Row] }
      const [row] = rows
      if (!row.free) throw new AddressTaken()
      const endSessionsBefore = row.epoch === null ? undefined : Number(row.epoch)
      return {
        held: Number(row.held),
        written: row.written,
        created: row.created,
        endSessionsBefore,
        addressesFree: true,
      }
    })
  } catch (error) {
    const taken =
      error instanceof AddressTaken ||
      (error as { constraint?: string }).constraint === 'mailboxes_address_key'
    const nothing = { held: 0, written: false, created: false, endSessionsBefore: undefined }
    if (taken) return { ...nothing, addressesFree: false }
    throw error
  }
}

/** Closes the mailbox and keeps it, with its address, until `purgeAfter`. A second call changes nothing. */
export async function quarantineMailbox(
  db: Db,
  accountId: string,
  now: Date,
  purgeAfter: Date,
): Promise<void> {
  await db('mail_directory.mailboxes')
    .where({ account_id: accountId, removed_at: null })
    .update({
      removed_at: now,
      purge_after: purgeAfter,
      changed_at: now,
      session_epoch: db.raw('session_epoch + 1'),
    })
}

/** From now on every open session is one of before. @returns the new epoch, or `undefined` where there is no such mailbox */
export async function startSessionEpoch(db: Db, address: string): Promise<number | undefined> {
  const [row] = await db('mail_directory.mailboxes')
    .where({ address })
    .update({ session_epoch: db.raw('session_epoch + 1') })
    .returning('session_epoch')
  return row && Number(row.session_epoch)
}

/** Notes that the sessions of before `epoch` have ended, so that a repeated call leaves younger ones alone. */
export async function noteSessionsEnded(db: Db, address: string, epoch: number): Promise<void> {
  await db('mail_directory.mailboxes')
    .where({ address })
    .where('ended_epoch', '<', epoch)
    .update({ ended_epoch: epoch })
}

/** Up to `limit` removed mailboxes whose time in quarantine is over. */
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

/** Forgets a mailbox whose time is over; one that was revived meanwhile stays. */
export async function forgetMailbox(db: Db, accountId: string, now: Date): Promise<void> {
  await db('mail_directory.mailboxes')
    .where({ account_id: accountId })
    .where('purge_after', '<=', now)
    .delete()
}

interface MailboxRow {
  account_id: string
  address: string
  revision: string
  password: string | null
  suspension: Suspension
  quota_bytes: string
  main_password_opens_mail: boolean
  aliases: string[]
  app_passwords: { id: string; services: MailService[]; secret: string }[]
}

const observed = (row: MailboxRow): ObservedMailbox & { readonly accountId: string } => ({
  accountId: row.account_id,
  address: row.address,
  revision: Number(row.revision),
  password: row.password,
  suspension: row.suspension,
  quotaBytes: Number(row.quota_bytes),
  mainPasswordOpensMail: row.main_password_opens_mail,
  aliases: row.aliases,
  appPasswords: row.app_passwords.map(({ id, services, secret }) => ({
    ...{ id, services },
    secretSha256: Buffer.from(secret, 'hex'),
  })),
})

const mailboxes = (db: Db) =>
  db('mail_directory.mailboxes as m')
    .whereNull('m.removed_at')
    .select<MailboxRow[]>(
      'm.*',
      db.raw(`(select coalesce(array_agg(a.address order by a.address), '{}') from mail_directory.addresses a
        where a.account_id = m.account_id and a.address <> m.address) as aliases`),
      db.raw(`(select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'services', p.services,
          'secret', encode(p.secret_sha256, 'hex'))), '[]')
        from mail_directory.app_passwords p where p.account_id = m.account_id) as app_passwords`),
    )

/** The mailbox as mail programs meet it; a removed one is not there. */
export async function readMailbox(db: Db, address: string): Promise<ObservedMailbox | undefined> {
  const [row] = await mailboxes(db).where('m.address', address)
  return row && observed(row)
}

/** The next page in the order of account ids, after `after`. */
export async function readPage(db: Db, after: string | undefined, size: number) {
  const page = mailboxes(db).orderBy('m.account_id').limit(size)
  return (await (after === undefined ? page : page.where('m.account_id', '>', after))).map(observed)
}
