// Reads mailboxes from the mail directory, without removed ones.
import type { Db } from '#db/connection.ts'
import type { Suspension } from '#server/accounts/life/account-life.ts'
import type { MailService, ObservedMailbox } from '../mail-platform.ts'

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
    id,
    services,
    secretSha256: Buffer.from(secret, 'hex'),
  })),
})

const aliasesOfRow = `(
  select coalesce(array_agg(a.address order by a.address), '{}')
  from mail_directory.addresses a
  where a.account_id = m.account_id and a.address <> m.address
) as aliases`
const appPasswordsOfRow = `(
  select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'services', p.services,
    'secret', encode(p.secret_sha256, 'hex'))), '[]')
  from mail_directory.app_passwords p where p.account_id = m.account_id
) as app_passwords`

const mailboxes = (db: Db) =>
  db('mail_directory.mailboxes as m')
    .whereNull('m.removed_at')
    .select<MailboxRow[]>('m.*', db.raw(aliasesOfRow), db.raw(appPasswordsOfRow))

export async function readMailbox(db: Db, address: string): Promise<ObservedMailbox | undefined> {
  const [row] = await mailboxes(db).where('m.address', address)
  return row && observed(row)
}

/** @param after the last account id of the page before */
export async function readPage(db: Db, after: string | undefined, size: number) {
  const page = mailboxes(db).orderBy('m.account_id').limit(size)
  return (await (after === undefined ? page : page.where('m.account_id', '>', after))).map(observed)
}
