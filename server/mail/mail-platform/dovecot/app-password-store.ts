// App passwords in the mail directory: Dovecot compares them by itself.
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
    insert into mail_directory.app_passwords as held (id, account_id, secret_sha256, services, created_at)
    select wanted.id, holder.account_id, decode(wanted.secret, 'hex'), wanted.services, wanted.created
    from holder, jsonb_to_recordset(cast(:wanted as jsonb)) as wanted (id uuid, secret text, services text[], created timestamptz)
    on conflict (id) do update set services = excluded.services, secret_sha256 = excluded.secret_sha256
      where held.account_id = excluded.account_id
  )
  select m.app_passwords_revision as held, exists (select from holder) as written
  from mail_directory.mailboxes m where m.account_id = :accountId`

/**
 * Makes the app passwords of a mailbox exactly these, unless the directory already holds those of a newer revision.
 * @returns the revision that is held afterwards, or `undefined` where there is no such mailbox
 */
export async function writeAppPasswords(
  db: Db,
  wanted: WantedAppPasswords,
): Promise<{ held: number; written: boolean } | undefined> {
  const { accountId, revision, passwords } = wanted
  const rows = passwords.map(({ id, secretSha256, services, createdAt }) => ({
    ...{ id, services },
    secret: secretSha256.toString('hex'),
    created: createdAt.toISOString(),
  }))
  const ids = passwords.map(({ id }) => id)
  const answer = (await db.raw(write, {
    accountId,
    revision,
    ids,
    wanted: JSON.stringify(rows),
  })) as {
    rows: { held: string; written: boolean }[]
  }
  const [row] = answer.rows
  return row && { held: row.written ? revision : Number(row.held), written: row.written }
}
