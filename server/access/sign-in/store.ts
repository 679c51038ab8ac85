// A sign-in reads and counts in one statement, and writes in another. Each connection prepares both
// once: planning, many small questions and the disk are what a sign-in costs the database.
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
import { msPerSecond } from '#server/core/durations.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'

/**
 * The commit does not wait for the disk. A crash of the database may lose the tries and sessions of
 * the last second, and nothing else.
 */
const notAwaited = "set_config('synchronous_commit', 'off', true)"

const mostPoints = 2 ** 31 - 1

const columns = accountColumns.map((name) => `accounts.${name}`).join(', ')

/** Counts as `Limit.count` does. */
const countOnConflict = `
  on conflict (key) do update set
    points = case when counter.expire <= :now then 1 else counter.points + 1 end,
    expire = case when counter.expire <= :now then excluded.expire else counter.expire end`

const findAndCount = `
  with found as materialized (
    select ${columns}, known_devices.account_id is not null as knows_device,
      activity_heads.position as head_position, activity_heads.hash as head_hash
    from accounts
    left join known_devices on known_devices.account_id = accounts.id
      and known_devices.device_digest = :device
    left join activity_heads on activity_heads.chain = accounts.id
    where accounts.address = :address
  ), counted as (
    insert into rate_limits as counter (key, points, expire)
    select case when (select knows_device from found) then :known else :strangers end, 1, :until
    from ${notAwaited}
    ${countOnConflict}
    returning points
  ), of_network as (
    insert into rate_limits as counter (key, points, expire)
    select :network, 1, :hour from counted
    where counted.points <= :free and not coalesce((select knows_device from found), false)
    ${countOnConflict}
    returning points, expire
  )
  select found.*, counted.points as tries,
    of_network.points as of_network, of_network.expire as network_ends
  from counted left join found on true left join of_network on true`

export interface FoundForSignIn {
  readonly account: Account | undefined
  /** Whether the browser signed in to this account before. */
  readonly knowsDevice: boolean
  readonly head: ChainHead | undefined
  /** The counter of the name or browser, with this try. */
  readonly tries: number
  /** The network's counter with this try. Undefined if the try was not counted there. */
  readonly network: CountedForNetwork | undefined
}

/**
 * Finds the account and counts the try before it is judged, for strangers or for the known browser.
 * Security: A try by an unknown browser counts for its network, whatever the name.
 * Once a name's waits have begun, only the tries that its gate lets through count for the network.
 * @param who.device digest of the browser's token, if it has one
 * @param who.counters rows in `rate_limits`
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
    .raw(findAndCount, {
      ...who.counters,
      address: who.address,
      device: who.device ?? null,
      free: Math.min(who.free, mostPoints),
      now,
      until: now + trySeconds * msPerSecond,
      hour: now + networkSeconds * msPerSecond,
    })
    .options({ name: 'find-for-sign-in' })
  const [row] = rows
  const endsAt = new Date(Number(row.network_ends))
  const network = row.of_network === null ? undefined : { used: row.of_network, endsAt }
  const counted = { tries: row.tries, network }
  if (!row.id) return { account: undefined, knowsDevice: false, head: undefined, ...counted }
  const head = row.head_hash ? { position: row.head_position, hash: row.head_hash } : undefined
  return { account: asAccount(row), knowsDevice: row.knows_device, head, ...counted }
}

interface KnownSignIn {
  readonly device: Buffer
  readonly client: ClientInfo
  /** The row of the tries in `rate_limits`. */
  readonly counter: string
  readonly session: NewSession
}

const event = 'sign-in.succeeded'

function valuesOf(keyring: Keyring, head: ChainHead, signIn: KnownSignIn) {
  const { device, client, counter, session } = signIn
  const { accountId, epoch, at } = session
  const link = linkAfter(keyring, head, { accountId, event, details: {}, at, client })
  return {
    accountId,
    epoch,
    device,
    at,
    event,
    counter,
    browser: client.device,
    place: client.place,
    session: session.idDigest,
    data: JSON.stringify(session.data),
    position: link.position,
    hash: link.hash,
    before: head.position,
    previous: head.hash,
  }
}

/**
 * Records the sign-in of a known browser, begins its session and forgets its tries. `locked` takes
 * the account's lock within the statement, so that it waits for a change of the account.
 * @param head end of the account's activity when the account was found
 * @returns false if the activity went on, the browser is forgotten or the epoch is over
 */
export async function recordKnownSignIn(
  db: Db,
  keyring: Keyring,
  head: ChainHead,
  signIn: KnownSignIn,
): Promise<boolean> {
  const { rows } = await db
    .raw<{ rows: { recorded: boolean }[] }>(
      `with locked as (
         select id from accounts
         where id = :accountId and epoch = :epoch
           and blocked_at is null and closed_at is null and reset_demanded_at is null
         for no key update
       ), seen as (
         update known_devices set last_seen_at = :at from locked
         where account_id = locked.id and device_digest = :device
         returning account_id
       ), moved as (
         update activity_heads set position = :position, hash = :hash
         where chain = :accountId and position = :before and hash = :previous
           and exists (select from seen)
         returning chain, position, hash
       ), entry as (
         insert into activity (chain, position, account_id, event, details,
           device, place, happened_at, hash)
         select chain, position, chain, :event, '{}',
           :browser, :place, cast(:at as timestamptz), hash from moved
       ), begun as (
         insert into sessions (id_digest, account_id, epoch, data,
           device, place, signed_in_at, last_seen_at)
         select :session, chain, cast(:epoch as integer), cast(:data as jsonb),
           :browser, :place, cast(:at as timestamptz), :at from moved
       ), forgotten as (
         delete from rate_limits where key = :counter and exists (select from moved)
       )
       select exists (select from moved) as recorded from ${notAwaited}`,
      valuesOf(keyring, head, signIn),
    )
    .options({ name: 'record-known-sign-in' })
  return rows[0]?.recorded ?? false
}
