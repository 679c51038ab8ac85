// Counts letters and recipients of a day, in one statement or under a lock.
import type { Db, Trx } from '#db/connection.ts'

export type LimitKind = 'letters' | 'recipients'

export interface Counted {
  readonly accountId: string
  readonly within: boolean
}

/** Counts a letter if the day's limit allows it. @returns undefined if there is no such mailbox */
export async function countLetter(
  db: Db,
  address: string,
  day: string,
  allowed: number,
): Promise<Counted | undefined> {
  const { rows } = (await db.raw(
    `with sender as (
       select account_id from mailboxes where address = :address and removed_at is null),
     counted as (
       insert into sending_days as known (account_id, day, letters)
       select account_id, cast(:day as date), 1 from sender
       on conflict (account_id, day) do update set letters = known.letters + 1
         where known.letters < :allowed
       returning account_id)
     select account_id, exists (select from counted) as within from sender`,
    { address, day, allowed },
  )) as { rows: { account_id: string; within: boolean }[] }
  const [row] = rows
  return row && { accountId: row.account_id, within: row.within }
}

/** Locks the day's counter. @returns undefined if there is no such mailbox */
export async function openDay(
  trx: Trx,
  address: string,
  day: string,
): Promise<{ accountId: string; recipients: number } | undefined> {
  const { rows } = (await trx.raw(
    `insert into sending_days as known (account_id, day)
       select account_id, cast(:day as date) from mailboxes
       where address = :address and removed_at is null
     on conflict (account_id, day) do update set letters = known.letters
     returning account_id, recipients`,
    { address, day },
  )) as { rows: { account_id: string; recipients: number }[] }
  const [row] = rows
  return row && { accountId: row.account_id, recipients: row.recipients }
}

/** Needs the lock of `openDay`. @returns true if the recipient counts today */
export async function addRecipient(
  trx: Trx,
  added: { accountId: string; day: string; digest: Buffer; hasRoom: boolean },
): Promise<boolean> {
  const { rows } = (await trx.raw(
    `with added as (
       insert into sending_recipients (account_id, day, recipient_digest)
       select :accountId, cast(:day as date), :digest where :hasRoom
       on conflict do nothing returning account_id),
     counted as (
       update sending_days set recipients = recipients + 1
       where account_id = :accountId and day = cast(:day as date) and exists (select from added))
     select exists (select from added) or exists (
       select from sending_recipients
       where account_id = :accountId and day = cast(:day as date)
         and recipient_digest = :digest) as is_in`,
    added,
  )) as { rows: [{ is_in: boolean }] }
  return rows[0].is_in
}

/** One alert for each account, day and kind. @returns undefined if there is one already */
export async function insertAlert(
  trx: Trx,
  alert: { accountId: string; day: string; kind: LimitKind; allowed: number; at: Date },
): Promise<string | undefined> {
  const [row] = await trx('sending_alerts')
    .insert({
      account_id: alert.accountId,
      day: alert.day,
      kind: alert.kind,
      allowed: alert.allowed,
      happened_at: alert.at,
    })
    .onConflict(['account_id', 'day', 'kind'])
    .ignore()
    .returning('id')
  return row && String(row.id)
}

/** Whom somebody wrote to is forgotten after a day. */
export async function deleteOldRecipients(db: Db, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw(
    `delete from sending_recipients where ctid = any(array(
       select ctid from sending_recipients where day < cast(? as date) limit ?))`,
    [before.toISOString().slice(0, 10), limit],
  )
  return rowCount
}

export interface SendingDay {
  readonly day: string
  readonly letters: number
}

/** Days without a letter are left out. The first and the last day are included. */
export async function listSendingDays(
  db: Db,
  accountId: string,
  from: string,
  to: string,
): Promise<SendingDay[]> {
  const { rows } = await db.raw(
    `select to_char(day, 'YYYY-MM-DD') as day, letters
     from sending_days
     where account_id = ? and day between cast(? as date) and cast(? as date)
       and letters > 0
     order by day`,
    [accountId, from, to],
  )
  return rows
}

export async function deleteOldSendingDays(db: Db, before: Date, limit: number): Promise<number> {
  const old = db('sending_days').where('day', '<', before.toISOString().slice(0, 10)).limit(limit)
  return await db('sending_days')
    .whereIn(['account_id', 'day'], old.select('account_id', 'day'))
    .delete()
}

export interface SendingAlert {
  readonly accountId: string
  readonly kind: 'letters' | 'recipients'
  readonly allowed: number
}

/** Marks the alert as taken over. @returns undefined if the desk has it already */
export async function spendAlert(
  trx: Trx,
  id: string,
  at: Date,
): Promise<SendingAlert | undefined> {
  const [row] = await trx('sending_alerts')
    .where({ id, handed_on_at: null })
    .update({ handed_on_at: at })
    .returning('*')
  return row && { accountId: row.account_id, kind: row.kind, allowed: row.allowed }
}
