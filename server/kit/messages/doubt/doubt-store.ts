// SMS in doubt: nobody knows yet whether the gateway took them.
import type { Db, Trx } from '#db/connection.ts'
import { abandoned, type ClaimedMessage, claimed, type Deferral, type Taker } from '../store.ts'

export interface DoubtfulMessage extends ClaimedMessage {
  readonly outcome: string
  readonly sendingAt: Date
  /** After this moment the doubtful try sent nothing more. */
  readonly doubtfulAt: Date
}

export const workerLost = 'worker.lost'

/** Sets an SMS aside until the gateway is asked, or asked again. */
export async function doubtMessage(
  trx: Trx,
  deferral: Deferral & { readonly now: Date },
): Promise<boolean> {
  const { rowCount } = await trx.raw(
    `update messages set state = 'doubtful', outcome = :outcome, due_at = :dueAt,
       doubtful_at = case when state = 'sending' then :now else doubtful_at end
     where id = :id and channel = 'sms' and attempts = :attempts
       and state in ('sending', 'doubtful')`,
    { ...deferral },
  )
  return rowCount === 1
}

/** Marks SMS that a worker never finished. @param id of one; by default all */
export async function doubtLostSms(
  db: Db | Trx,
  taker: Omit<Taker, 'worker'>,
  id?: string,
): Promise<string[]> {
  const { rows } = await db.raw(
    `update messages set state = 'doubtful', outcome = :workerLost, due_at = :now,
       doubtful_at = sending_at
     where state = 'sending' and channel = 'sms' and id = coalesce(:id, id) and ${abandoned}
     returning id`,
    { ...taker, workerLost, id: id ?? null },
  )
  return rows.map((row: { id: string }) => row.id)
}

/** Takes no lock: two workers may ask, and only one can act on the answer. */
export async function selectDoubtfulMessage(
  db: Db,
  id: string,
  now: Date,
): Promise<DoubtfulMessage | undefined> {
  const { rows } = await db.raw(
    `select ${claimed}, outcome, sending_at as "sendingAt",
       coalesce(doubtful_at, sending_at) as "doubtfulAt"
     from messages where id = :id and state = 'doubtful' and due_at <= :now`,
    { id, now },
  )
  return rows[0]
}

/** Those of the tickets that our messages have. */
export async function selectKnownTickets(db: Db, tickets: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.raw(
    `select provider_id as ticket from messages
     where channel = 'sms' and provider_id = any(:tickets)`,
    { tickets },
  )
  return new Set(rows.map((row: { ticket: string }) => row.ticket))
}
