// Remembers each mail to the abuse address, so that none is taken in twice.
import type { Db, Trx } from '#db/connection.ts'

/** False if the mail came before, by IMAP or by LMTP. */
export async function noteMail(
  trx: Trx,
  mail: { key: string; outcome: string; at: Date },
): Promise<boolean> {
  const { rowCount } = await trx.raw(
    `insert into abuse_mails (mail_key, outcome, arrived_at) values (:key, :outcome, :at)
     on conflict (mail_key) do nothing`,
    { ...mail },
  )
  return rowCount === 1
}

/** Returns how many it deleted. */
export async function deleteOldMails(db: Db, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw(
    `delete from abuse_mails where mail_key in (
       select mail_key from abuse_mails where arrived_at < ? limit ?)`,
    [before, limit],
  )
  return rowCount
}
