// App passwords in the mail directory, where Dovecot compares them by itself.
import type { Db } from '#db/connection.ts'
import type { WantedAppPasswords } from '../mail-platform.ts'

const write = `
  with holder as (
    update mail_directory.mailboxes set app_passwords_revision = :revision
    where account_id = :accountId and app_passwords_revision <= :revision
    returning account_id
  ), gone as (
    delete from mail_directory.app_passwords p using holder
    where p.account_id = holder.account_id and p.id <> all (cast(:ids as uuid[]))
  ), added as (
    insert into mail_directory.app_passwords as known
      (id, account_id, secret_sha256, services, created_at)
    select wanted.id, holder.account_id, decode(wanted.secret, 'hex'),
      wanted.services, wanted.created
    from holder, jsonb_to_recordset(cast(:wanted as jsonb))
      as wanted (id uuid, secret text, services text[], created timestamptz)
    on conflict (id) do update set
      services = excluded.services, secret_sha256 = excluded.secret_sha256
      where known.account_id = excluded.account_id
  )
  select m.app_passwords_revision as revision, exists (select from holder) as written
  from mail_directory.mailboxes m where m.account_id = :accountId`

/** @returns the revision in the directory, or undefined if there is no such mailbox */
export async function writeAppPasswords(
  db: Db,
  wanted: WantedAppPasswords,
): Promise<{ revision: number; written: boolean } | undefined> {
  const { accountId, revision, passwords } = wanted
  const rows = passwords.map(({ id, secretSha256, services, createdAt }) => ({
    id,
    services,
    secret: secretSha256.toString('hex'),
    created: createdAt.toISOString(),
  }))
  const ids = passwords.map(({ id }) => id)
  const bindings = { accountId, revision, ids, wanted: JSON.stringify(rows) }
  const answer = (await db.raw(write, bindings)) as {
    rows: { revision: string; written: boolean }[]
  }
  const [row] = answer.rows
  if (!row) return undefined
  // PostgreSQL's final select does not see the update above it.
  return { revision: row.written ? revision : Number(row.revision), written: row.written }
}
