// What a sign-in reads and writes beside its counters and its session: one statement each, prepared once per connection, because
// the database's share in a sign-in is what it takes to plan and to answer many small questions.
import type { Db } from '#db/connection.ts'
import { type Account, accountColumns, asAccount } from '../accounts/store.ts'
import type { Trace } from '../activity/events.ts'
import { type ChainHead, linkAfter } from '../activity/store.ts'
import type { Keyring } from '../core/keyring.ts'

export interface FoundForSignIn {
  readonly account: Account | undefined
  /** Whether the browser signed in to this account before. */
  readonly knowsDevice: boolean
  /** Of the account's activity. */
  readonly head: ChainHead | undefined
}

/** @param device digest of the browser's own token, where it has one */
export async function findForSignIn(db: Db, address: string, device: Buffer | undefined): Promise<FoundForSignIn> {
  const { rows } = await db
    .raw(
      `select ${accountColumns.map((name) => `accounts.${name}`).join(', ')}, known_devices.account_id is not null as knows_device,
         activity_heads.position as head_position, activity_heads.hash as head_hash
       from accounts
       left join known_devices on known_devices.account_id = accounts.id and known_devices.device_digest = :device
       left join activity_heads on activity_heads.chain = accounts.id
       where accounts.address = :address`,
      { address, device: device ?? null },
    )
    .options({ name: 'find-for-sign-in' })
  const [row] = rows
  if (!row) return { account: undefined, knowsDevice: false, head: undefined }
  const head = row.head_hash ? { position: row.head_position, hash: row.head_hash } : undefined
  return { account: asAccount(row), knowsDevice: row.knows_device, head }
}

/**
 * Records that somebody signed in by a browser that is known, and forgets the tries before. The entry is linked to the head that was read
 * before, and is written only where that still is the head and the browser still is known.
 * @param signIn.counter row of the tries in `rate_limits`
 * @returns false where it is not: nothing was written but the moment at which the browser was seen
 */
export async function recordKnownSignIn(
  db: Db,
  keyring: Keyring,
  head: ChainHead,
  signIn: {
    readonly accountId: string
    readonly device: Buffer
    readonly at: Date
    readonly trace: Trace
    readonly counter: string
  },
): Promise<boolean> {
  const { accountId, device, at, trace, counter } = signIn
  const event = 'sign-in.succeeded'
  const link = linkAfter(keyring, head, { accountId, event, details: {}, at, trace })
  const { rows } = await db
    .raw<{ rows: { recorded: boolean }[] }>(
      `with seen as (
         update known_devices set last_seen_at = :at where account_id = :accountId and device_digest = :device
         returning account_id
       ), moved as (
         update activity_heads set position = :position, hash = :hash
         where chain = :accountId and position = :before and hash = :previous and exists (select from seen)
         returning chain, position, hash
       ), entry as (
         insert into activity (chain, position, account_id, event, details, device, place, happened_at, hash)
         select chain, position, chain, :event, '{}', :browser, :place, cast(:at as timestamptz), hash from moved
       ), forgotten as (
         delete from rate_limits where key = :counter and exists (select from moved)
       )
       select exists (select from moved) as recorded`,
      {
        ...{ accountId, device, at, event, counter, browser: trace.device, place: trace.place },
        ...{ position: link.position, hash: link.hash, before: head.position, previous: head.hash },
      },
    )
    .options({ name: 'record-known-sign-in' })
  return rows[0]?.recorded ?? false
}
