import type { Db, Trx } from '#db/connection.ts'
import { resealColumn } from '#db/reseal.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { isDeadPool } from '#server/kit/jobs/lifeline.ts'
import type { Channel, MessageName } from './catalogue.ts'
import { payloadPurpose } from './payload.ts'

export type SettledState = 'sent' | 'failed' | 'dropped' | 'unknown'

export interface NewMessage {
  readonly channel: Channel
  readonly name: MessageName
  readonly payload: string
  readonly dedupeKey: string | null
  readonly ownerId: string | null
  readonly createdAt: Date
  readonly expiresAt: Date
}

export interface ClaimedMessage {
  readonly id: string
  readonly channel: Channel
  readonly name: string
  readonly payload: string
  readonly attempts: number
  readonly createdAt: Date
  readonly expiresAt: Date
}

/** @returns the new id, or `null` if the dedupe key was used before */
export async function insertMessage(trx: Trx, message: NewMessage): Promise<string | null> {
  const { rows } = await trx.raw(
    `insert into messages (channel, name, payload, dedupe_key, owner_id,
       created_at, expires_at, due_at)
     values (:channel, :name, :payload, :dedupeKey, :ownerId, :createdAt, :expiresAt, :createdAt)
     on conflict (dedupe_key) do nothing returning id`,
    { ...message },
  )
  return rows[0]?.id ?? null
}

/** Those that wait are never sent, and the kept ones of development lose their words. */
export async function wipeMessagesOf(trx: Trx, ownerId: string, at: Date): Promise<void> {
  await trx.raw(
    `update messages set payload = null,
       state = case when settled_at is null then 'dropped' else state end,
       outcome = case when settled_at is null then 'closed' else outcome end,
       settled_at = coalesce(settled_at, :at)
     where owner_id = :ownerId and payload is not null`,
    { ownerId, at },
  )
}

/** Which messages there were. Their texts are with their readers. */
export const listMessagesOf = (db: Db | Trx, ownerId: string): Promise<object[]> =>
  db('messages')
    .where({ owner_id: ownerId })
    .orderBy('created_at')
    .select('name', 'channel', 'state', 'created_at')

export const claimed = `id, channel, name, payload, attempts,
  created_at as "createdAt", expires_at as "expiresAt"`

export interface Taker {
  readonly now: Date
  readonly staleBefore: Date
  readonly worker: string | null
  /** Id of the worker, if none of its jobs handles the message now: its last try broke off. */
  readonly idle: string | null
}

/** SQL that is true for a message in `sending` that no worker handles any more. */
export const abandoned = `(sending_at < :staleBefore or worker = :idle or ${isDeadPool('worker')})`

// Only one of two workers gets the message. Mail of a dead worker may be taken again, because its
// Message-ID shows that it is a repeat. For an SMS of a dead worker the gateway is asked first.
export async function claimMessage(
  db: Db,
  id: string,
  taker: Taker,
): Promise<ClaimedMessage | undefined> {
  const { rows } = await db.raw(
    `update messages set state = 'sending', sending_at = :now, attempts = attempts + 1,
       worker = :worker, doubtful_at = null
     where id = :id
       and (state = 'queued' or (state = 'sending' and channel = 'mail' and ${abandoned}))
     returning ${claimed}`,
    { id, ...taker },
  )
  return rows[0]
}

/** When to look again at a message that another worker has, or that is newly in doubt. */
export async function findNextLook(trx: Trx, id: string, soon: Date): Promise<Date | undefined> {
  const { rows } = await trx.raw(
    `select case when state = 'doubtful' then greatest(due_at, :soon) else :soon end as at
     from messages where id = :id and state in ('sending', 'doubtful')`,
    { id, soon },
  )
  return rows[0]?.at
}

export interface Settlement {
  readonly id: string
  /** Number of the try, so that a late end of this try does not end the next one. */
  readonly attempts: number
  readonly state: SettledState
  readonly outcome: string | null
  readonly providerId: string | null
  readonly now: Date
  readonly keepPayload: boolean
}

/** `not-ours`: the try is not the last one. `ticket-taken`: another SMS has the ticket. */
export type Settled = 'settled' | 'not-ours' | 'ticket-taken'

/** Ends a message for good and wipes its payload, unless a later try has begun. */
export async function settleMessage(db: Db, settlement: Settlement): Promise<Settled> {
  try {
    return (await settle(db, settlement)) ? 'settled' : 'not-ours'
  } catch (fault) {
    if (isTicketTaken(fault)) return 'ticket-taken'
    throw fault
  }
}

export const isTicketTaken = (fault: unknown): boolean =>
  (fault as { code?: unknown }).code === '23505' &&
  (fault as { constraint?: unknown }).constraint === 'messages_sms_provider_id_key'

async function settle(db: Db, settlement: Settlement): Promise<boolean> {
  const { rowCount } = await db.raw(
    `update messages set state = :state, outcome = :outcome,
       provider_id = coalesce(:providerId, provider_id), settled_at = :now,
       payload = case when :keepPayload then payload end
     where id = :id and attempts = :attempts
       and (state in ('sending', 'doubtful') or (state = 'queued' and :state = 'sent'))`,
    { ...settlement },
  )
  return rowCount === 1
}

export interface Deferral {
  readonly id: string
  readonly attempts: number
  readonly outcome: string
  readonly dueAt: Date
}

export async function deferMessage(trx: Trx, deferral: Deferral): Promise<boolean> {
  const { rowCount } = await trx.raw(
    `update messages set state = 'queued', outcome = :outcome, due_at = :dueAt
     where id = :id and state in ('sending', 'doubtful') and attempts = :attempts`,
    { ...deferral },
  )
  return rowCount === 1
}

/** Messages whose job was lost with its worker. */
export async function selectOverdueMessages(
  trx: Trx,
  staleBefore: Date,
  limit: number,
): Promise<string[]> {
  const { rows } = await trx.raw(
    `select id from messages
     where settled_at is null and due_at < :staleBefore
       and (state in ('queued', 'doubtful') or (channel = 'mail' and sending_at < :staleBefore))
     order by due_at limit :limit`,
    { staleBefore, limit },
  )
  return rows.map((row: { id: string }) => row.id)
}

export async function deleteSettledMessages(db: Db, before: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw(
    `delete from messages where id in (
       select id from messages where settled_at < :before limit :limit)`,
    { before, limit },
  )
  return rowCount
}

/** Reseals payloads that are under an older key. @returns how many, at most `limit` */
export const rekeyMessages = (trx: Trx, keyring: Keyring, limit: number): Promise<number> =>
  resealColumn(
    trx,
    keyring,
    { table: 'messages', id: 'id', column: 'payload', purpose: payloadPurpose },
    limit,
  )

export interface KeptMessage {
  readonly channel: Channel
  readonly name: string
  readonly payload: string
  readonly createdAt: Date
}

/** Newest first. */
export async function selectKeptMessages(db: Db, limit: number): Promise<KeptMessage[]> {
  const { rows } = await db.raw(
    `select channel, name, payload, created_at as "createdAt" from messages
     where state = 'sent' and payload is not null
     order by settled_at desc, created_at desc limit :limit`,
    { limit },
  )
  return rows
}
