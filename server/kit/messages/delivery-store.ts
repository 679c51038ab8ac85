// What gateways report about an SMS after they took it.
import type { Db } from '#db/connection.ts'
import { isTicketTaken } from './store.ts'

/** A report replaces only one of a lower rank. */
const ranks = {
  accepted: 1,
  queued: 1,
  scheduled: 1,
  sending: 2,
  sent: 3,
  canceled: 4,
  delivered: 4,
  failed: 4,
  undelivered: 4,
  read: 5,
}
const cases = Object.entries(ranks).map(([status, rank]) => `when '${status}' then ${rank}`)
const rankOf = (status: string) => `case ${status} ${cases.join(' ')} else 0 end`

export interface DeliveryReport {
  readonly id: string
  readonly providerId: string
  readonly delivery: string
  readonly deliveryCode: string | null
  readonly now: Date
}

/** Reports come late, twice and in any order. Each ends a doubt. */
export async function recordDelivery(db: Db, report: DeliveryReport): Promise<boolean> {
  return await writeDelivery(db, report).catch((fault) => {
    // Another message got the same ticket at this moment.
    if (isTicketTaken(fault)) return false
    throw fault
  })
}

/**
 * Whether a gateway has refused a message for good, now or after it took it.
 * @param earlier counts until it is known what became of the newest
 */
export async function wasRefused(
  db: Db,
  { newest, earlier }: { readonly newest: string; readonly earlier: string | null },
): Promise<boolean> {
  const { rows } = await db.raw(
    `select id, settled_at is null as waits,
       state = 'failed' or coalesce(delivery in ('failed', 'undelivered', 'canceled'), false)
         as refused
     from messages where id in (:newest, :earlier)`,
    { newest, earlier },
  )
  const [last, before] = [newest, earlier].map((id) =>
    rows.find((row: { id: string }) => row.id === id),
  )
  return last?.waits ? (before?.refused ?? false) : (last?.refused ?? false)
}

async function writeDelivery(db: Db, report: DeliveryReport): Promise<boolean> {
  const { rowCount } = await db.raw(
    `update messages set delivery = :delivery, delivery_code = :deliveryCode,
       provider_id = :providerId, state = 'sent', settled_at = coalesce(settled_at, :now),
       payload = case when state = 'sent' then payload end
     where id = :id and channel = 'sms' and (provider_id = :providerId or provider_id is null)
       and (state in ('sending', 'doubtful', 'sent', 'unknown')
         or (state = 'queued' and attempts > 0))
       and not exists (select 1 from messages other
         where other.channel = 'sms' and other.provider_id = :providerId and other.id <> :id)
       and ${rankOf(':delivery')} > ${rankOf("coalesce(delivery, '')")}`,
    { ...report },
  )
  return rowCount === 1
}
