// SMS that the gateway may have.
import type { Db, Trx } from '#db/connection.ts'
import { type ClaimedMessage, claimed, type Deferral } from './store.ts'

export interface DoubtfulMessage extends ClaimedMessage {
  readonly outcome: string
  /** When its last try began. */
  readonly sendingAt: Date
}

/** The outcome of a try that nobody ended. */
export const workerLost = 'worker.lost'

/** Puts an SMS aside that the gateway may have, until it is asked; or until it is asked again. */
export async function doubtMessage(trx: Trx, deferral: Deferral): Promise<boolean> {
  const { rowCount } = await trx.raw(
    `update messages set state = 'doubtful', outcome = :outcome, due_at = :dueAt
     where id = :id and channel = 'sms' and state in ('sending', 'doubtful') and attempts = :attempts`,
    { ...deferral },
  )
  return rowCount === 1
}

/**
 * SMS that a worker took and never finished: whether the gateway has them cannot be known from here.
 * @param id only this one; or all of them
 */
export async function doubtLostSms(db: Db | Trx, now: Date, staleBefore: Date, id?: string): Promise<string[]> {
  const { rows } = await db.raw(
    `update messages set state = 'doubtful', outcome = :workerLost, due_at = :now
     where state = 'sending' and channel = 'sms' and sending_at < :staleBefore
       and id = coalesce(:id, id) returning id`,
    { now, staleBefore, workerLost, id: id ?? null },
  )
  return rows.map((row: { id: string }) => row.id)
}

/** Nobody takes it: two workers may ask at once, and only one of them can do what follows. */
export async function selectDoubtfulMessage(
  db: Db,
  id: string,
  staleBefore: Date,
): Promise<DoubtfulMessage | undefined> {
  const { rows } = await db.raw(
    `select ${claimed}, outcome, sending_at as "sendingAt" from messages
     where id = :id and state = 'doubtful' and sending_at < :staleBefore`,
    { id, staleBefore },
  )
  return rows[0]
}

/** Which of these tickets of the gateway are other messages of ours. */
export async function selectKnownTickets(db: Db, tickets: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.raw(
    `select provider_id as ticket from messages where channel = 'sms' and provider_id = any(:tickets)`,
    { tickets },
  )
  return new Set(rows.map((row: { ticket: string }) => row.ticket))
}
