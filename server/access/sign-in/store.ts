// A sign-in reads and counts in one statement, and writes in another. Each connection plans both
// once: a sign-in costs the database mainly planning, round trips and waiting for the disk.
import type { Db } from '#db/connection.ts'
import { lockOpenAccountSql } from '#server/accounts/accounts/change-account.ts'
import { type Account, accountColumns, asAccount } from '#server/accounts/accounts/store.ts'
import { addEntrySql, linkBindings, moveChainSql } from '#server/accounts/activity/link-store.ts'
import type { ChainHead } from '#server/accounts/activity/store.ts'
import { beginSessionSql, noteDeviceSql } from '#server/accounts/sessions/sign-in-store.ts'
import type { NewSession } from '#server/accounts/sessions/store.ts'
import {
  type CountedForNetwork,
  networkSeconds,
  trySeconds,
} from '#server/accounts/sign-in-limits/sign-in-limits.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import { msPerSecond } from '#server/core/durations.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { countSql, forgetCountSql } from '#server/kit/limits/count-store.ts'

/**
 * The commit does not wait for the disk. A crash of the database may lose what these statements
 * wrote in the last second: tries, sessions and entries of sign-ins.
 */
const notAwaited = "set_config('synchronous_commit', 'off', true)"

const mostPoints = 2 ** 31 - 1

const columns = accountColumns.map((name) => `accounts.${name}`).join(', ')

const findAndCount = `
  with found as materialized (
    select ${columns}, known_devices.account_id is not null as knows_device,
      activity_heads.position as head_position, activity_heads.hash as head_hash
    from accounts
    left join known_devices on known_devices.account_id = accounts.id
      and known_devices.device_digest = :device
    left join activity_heads on activity_heads.chain = accounts.id
    where accounts.address = :address
  ), counted as (${countSql(`
    select case when (select knows_device from found) then :known else :strangers end, 1, :until
    from ${notAwaited}`)}
    returning points
  ), of_network as (${countSql(`
    select :network, 1, :hour from counted
    where counted.points <= :free and not coalesce((select knows_device from found), false)`)}
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
 * Finds the account, and counts the try before it is judged.
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

function bindingsOf(keyring: Keyring, head: ChainHead, signIn: KnownSignIn) {
  const { device, client, counter, session } = signIn
  const { accountId, epoch, at } = session
  return {
    ...linkBindings(keyring, head, { accountId, event, details: {}, at, client }),
    accountId,
    epoch,
    device,
    at,
    counter,
    browser: client.device,
    place: client.place,
    session: session.idDigest,
    data: JSON.stringify(session.data),
  }
}

const hasMoved = 'exists (select from moved)'

/** The feature that owns the table of a step also writes its SQL. */
const recordSignIn = `
  with locked as (${lockOpenAccountSql}
  ), seen as (${noteDeviceSql('locked')}
  ), moved as (${moveChainSql('exists (select from seen)')}
  ), entry as (${addEntrySql('moved')}
  ), begun as (${beginSessionSql('moved')}
  ), forgotten as (
  ${forgetCountSql(hasMoved)}
  )
  select ${hasMoved} as recorded from ${notAwaited}`

/**
 * Records the sign-in of a known browser, begins its session and forgets its tries.
 * The step `locked` waits while another transaction changes the account.
 * @param head newest entry of the account's activity when the account was found
 * @returns false if there is a newer entry, the browser is forgotten or the epoch is over
 */
export async function recordKnownSignIn(
  db: Db,
  keyring: Keyring,
  head: ChainHead,
  signIn: KnownSignIn,
): Promise<boolean> {
  const { rows } = await db
    .raw<{ rows: { recorded: boolean }[] }>(recordSignIn, bindingsOf(keyring, head, signIn))
    .options({ name: 'record-known-sign-in' })
  return rows[0]?.recorded ?? false
}
