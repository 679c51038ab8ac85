// What a sign-in reads and counts, and what it writes: one statement each, prepared once per connection, because the database's share in
// a sign-in is what it takes to plan and to answer many small questions, and to wait for the disk.

import type { Db } from '#db/connection.ts'
import { type Account, accountColumns, asAccount } from '#server/accounts/accounts/store.ts'
import { type ChainHead, linkAfter } from '#server/accounts/activity/store.ts'
import type { NewSession } from '#server/accounts/sessions/store.ts'
import {
  type CountedForNetwork,
  networkSeconds,
  trySeconds,
} from '#server/accounts/sign-in-limits/sign-in-limits.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'

/**
 * The statement's commit does not wait for the disk. A crash of the database may forget what the last second counted and who began a
 * session in it; nothing else, for whatever is written later and waits for the disk takes what was written before along.
 */
const notAwaited = "set_config('synchronous_commit', 'off', true)"

/** More a counter cannot hold (`integer`). */
const mostPoints = 2 ** 31 - 1

export interface FoundForSignIn {
  readonly account: Account | undefined
  /** Whether the browser signed in to this account before. */
  readonly knowsDevice: boolean
  /** Of the account's activity. */
  readonly head: ChainHead | undefined
  /** With this try. */
  readonly tries: number
  /** The network's counter with this try; undefined where the try was not counted there. */
  readonly network: CountedForNetwork | undefined
}

/**
 * Finds who wants to sign in and counts the try, as `Limit.count` would: it is counted before anybody can judge it, for strangers or for
 * the one browser that is known.
 * Security: a try by a browser that is not known counts for its network as well. One of a name whose waits have begun is not counted
 * there before its gate has let it through: who hammers at one name takes nothing from the neighbours.
 * @param who.device digest of the browser's own token, where it has one
 * @param who.counters rows of the tries in `rate_limits`
 * @param who.free tries of a name before its waits begin
 */
export async function findForSignIn(
  db: Db,
  who: {
    readonly address: string
    readonly device: Buffer | undefined
    readonly counters: {
      readonly strangers: string
      readonly known: string
      readonly network: string
    }
    readonly free: number
    readonly at: Date
  },
): Promise<FoundForSignIn> {
  const now = who.at.getTime()
  const { rows } = await db
    .raw(
      `with found as materialized (
         select ${accountColumns.map((name) => `accounts.${name}`).join(', ')}, known_devices.account_id is not null as knows_device,
           activity_heads.position as head_position, activity_heads.hash as head_hash
         from accounts
         left join known_devices on known_devices.account_id = accounts.id and known_devices.device_digest = :device
         left join activity_heads on activity_heads.chain = accounts.id
         where accounts.address = :address
       ), counted as (
         insert into rate_limits as counter (key, points, expire)
         select case when (select knows_device from found) then :known else :strangers end, 1, :until from ${notAwaited}
         on conflict (key) do update set
           points = case when counter.expire <= :now then 1 else counter.points + 1 end,
           expire = case when counter.expire <= :now then excluded.expire else counter.expire end
         returning points
       ), of_network as (
         insert into rate_limits as counter (key, points, expire)
         select :network, 1, :hour from counted
         where counted.points <= :free and not coalesce((select knows_device from found), false)
         on conflict (key) do update set
           points = case when counter.expire <= :now then 1 else counter.points + 1 end,
           expire = case when counter.expire <= :now then excluded.expire else counter.expire end
         returning points, expire
       )
       select found.*, counted.points as tries, of_network.points as of_network, of_network.expire as network_ends
       from counted left join found on true left join of_network on true`,
      {
        ...{
          address: who.address,
          device: who.device ?? null,
          ...who.counters,
          free: Math.min(who.free, mostPoints),
        },
        ...{ now, until: now + trySeconds * 1000, hour: now + networkSeconds * 1000 },
      },
    )
    .options({ name: 'find-for-sign-in' })
  const [row] = rows
  const network =
    row.of_network === null
      ? undefined
      : { used: row.of_network, endsAt: new Date(Number(row.network_ends)) }
  const counted = { tries: row.tries, network }
  if (!row.id) return { account: undefined, knowsDevice: false, head: undefined, ...counted }
  const head = row.head_hash ? { position: row.head_position, hash: row.head_hash } : undefined
  return { account: asAccount(row), knowsDevice: row.knows_device, head, ...counted }
}

/**
 * Records that somebody signed in by a browser that is known, begins the session, and forgets the tries before. The entry is linked to the
 * head that was read before, and all of it is written only where that still is the head, the browser still is known and the account is
 * in the epoch of the proof. Security: `held` is the account's door within the one statement: it waits for a change that is under way.
 * @param signIn.counter row of the tries in `rate_limits`
 * @returns false where it is not: nothing was written but the moment at which the browser was seen
 */
export async function recordKnownSignIn(
  db: Db,
  keyring: Keyring,
  head: ChainHead,
  signIn: {
    readonly device: Buffer
    readonly client: ClientInfo
    readonly counter: string
    readonly session: NewSession
  },
): Promise<boolean> {
  const { device, client, counter, session } = signIn
  const { accountId, epoch, at } = session
  const event = 'sign-in.succeeded'
  const link = linkAfter(keyring, head, { accountId, event, details: {}, at, client })
  const { rows } = await db
    .raw<{ rows: { recorded: boolean }[] }>(
      `with held as (
         select id from accounts
         where id = :accountId and epoch = :epoch and blocked_at is null and closed_at is null and reset_demanded_at is null
         for no key update
       ), seen as (
         update known_devices set last_seen_at = :at from held where account_id = held.id and device_digest = :device
         returning account_id
       ), moved as (
         update activity_heads set position = :position, hash = :hash
         where chain = :accountId and position = :before and hash = :previous and exists (select from seen)
         returning chain, position, hash
       ), entry as (
         insert into activity (chain, position, account_id, event, details, device, place, happened_at, hash)
         select chain, position, chain, :event, '{}', :browser, :place, cast(:at as timestamptz), hash from moved
       ), begun as (
         insert into sessions (id_digest, account_id, epoch, data, device, place, signed_in_at, last_seen_at)
         select :session, chain, cast(:epoch as integer), cast(:data as jsonb), :browser, :place, cast(:at as timestamptz), :at from moved
       ), forgotten as (
         delete from rate_limits where key = :counter and exists (select from moved)
       )
       select exists (select from moved) as recorded from ${notAwaited}`,
      {
        ...{
          accountId,
          epoch,
          device,
          at,
          event,
          counter,
          browser: client.device,
          place: client.place,
        },
        ...{ session: session.idDigest, data: JSON.stringify(session.data) },
        ...{ position: link.position, hash: link.hash, before: head.position, previous: head.hash },
      },
    )
    .options({ name: 'record-known-sign-in' })
  return rows[0]?.recorded ?? false
}
