// The activity of accounts. Its entries form a hash chain, so that a changed one is found.
import type { Db, Trx } from '#db/connection.ts'
import { type ClientInfo, noClient } from '#server/core/client-info.ts'
import { chainStart, keyIdOfLink, linkHash, sortedPairs } from '#server/core/keys/hash-chain.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { ActivityDetails, ActivityEvent } from './activity-details.ts'

export interface Entry<E extends ActivityEvent = ActivityEvent> {
  /** Null for an event of the whole portal. */
  readonly accountId: string | null
  readonly event: E
  readonly details: ActivityDetails[E]
  readonly at: Date
  readonly client?: ClientInfo
}

export interface RecordedEntry {
  readonly id: string
  readonly event: ActivityEvent
  readonly details: Record<string, string | number>
  readonly device: string
  readonly place: string
  readonly happenedAt: Date
}

interface Link {
  readonly chain: string
  readonly position: number
  readonly previous: Buffer
}

const portalChain = '00000000-0000-0000-0000-000000000000'

function hashOf(
  keyring: Keyring,
  keyId: string,
  link: Link,
  entry: Required<Omit<Entry, 'accountId'>>,
): Buffer {
  return linkHash(keyring, keyId, 'activity.chain', [
    link.chain,
    link.position,
    link.previous.toString('hex'),
    entry.event,
    sortedPairs(entry.details),
    entry.at.toISOString(),
    entry.client.device,
    entry.client.place,
  ])
}

export interface ChainHead {
  readonly position: number
  readonly hash: Buffer
}

export function linkAfter<E extends ActivityEvent>(
  keyring: Keyring,
  head: ChainHead,
  entry: Entry<E>,
): ChainHead {
  const link = {
    chain: entry.accountId ?? portalChain,
    position: head.position + 1,
    previous: head.hash,
  }
  const hash = hashOf(keyring, keyring.newestKeyId, link, {
    ...entry,
    client: entry.client ?? noClient,
  })
  return { position: link.position, hash }
}

/** Writes in the caller's transaction, so that the entry exists exactly if the event happened. */
export async function recordActivity<E extends ActivityEvent>(
  trx: Trx,
  keyring: Keyring,
  entry: Entry<E>,
): Promise<void> {
  const chain = entry.accountId ?? portalChain
  const client = entry.client ?? noClient
  // Begins the chain if there is none, and locks its head until the transaction ends.
  const { rows } = await trx.raw<{ rows: ChainHead[] }>(
    `insert into activity_heads (chain, position, hash) values (?, 0, ?)
     on conflict (chain) do update set position = activity_heads.position returning position, hash`,
    [chain, chainStart],
  )
  const { position, hash } = linkAfter(keyring, rows[0] ?? { position: 0, hash: chainStart }, entry)
  await trx.raw(
    `with entry as (
       insert into activity (chain, position, account_id, event, details,
         device, place, happened_at, hash)
       values (:chain, :position, :accountId, :event, :details, :device, :place, :at, :hash))
     update activity_heads set position = :position, hash = :hash where chain = :chain`,
    {
      chain,
      accountId: entry.accountId,
      position,
      event: entry.event,
      details: JSON.stringify(entry.details),
      device: client.device,
      place: client.place,
      at: entry.at,
      hash,
    },
  )
}

export interface EntryRow extends Omit<RecordedEntry, 'happenedAt'> {
  readonly happened_at: Date
}

export const asEntry = (row: EntryRow): RecordedEntry => ({
  id: row.id,
  event: row.event,
  details: row.details,
  device: row.device,
  place: row.place,
  happenedAt: row.happened_at,
})

/** The newest entries first. @param before id of the last entry on the page before */
export async function listActivity(
  db: Db,
  accountId: string,
  limit: number,
  before?: string,
): Promise<RecordedEntry[]> {
  const query = db('activity').where({ account_id: accountId }).orderBy('id', 'desc').limit(limit)
  const rows = await (before === undefined ? query : query.where('id', '<', before))
  return rows.map(asEntry)
}

export async function listAllActivity(db: Db, accountId: string): Promise<object[]> {
  const columns = ['event', 'details', 'device', 'place', 'happened_at']
  return await db('activity')
    .where({ account_id: accountId })
    .orderBy('id')
    .select(...columns)
}

export interface BrokenLink {
  readonly chain: string
  readonly position: number
  readonly fault: 'changed' | 'missing' | 'head' | 'key'
}

/** Walks every chain, and yields nothing if all is as it was written. */
export async function* verifyActivity(db: Db, keyring: Keyring): AsyncIterable<BrokenLink> {
  let afterChain: string | undefined
  for (;;) {
    const all = db('activity_heads').orderBy('chain').limit(200)
    const heads = await (afterChain === undefined ? all : all.where('chain', '>', afterChain))
    if (heads.length === 0) break
    for (const head of heads) yield* verifyChain(db, keyring, head)
    afterChain = heads.at(-1).chain
  }
  const orphans = await db('activity')
    .whereNotIn('chain', db('activity_heads').select('chain'))
    .distinct('chain')
    .limit(100)
  for (const { chain } of orphans) yield { chain, position: 0, fault: 'head' }
}

async function* verifyChain(
  db: Db,
  keyring: Keyring,
  head: { chain: string; position: number; hash: Buffer },
): AsyncIterable<BrokenLink> {
  const { chain } = head
  let position = 0
  let previous: Buffer = chainStart
  for (;;) {
    const rows = await db('activity')
      .where({ chain })
      // Entries that are written during this walk lie beyond the head that was read.
      .whereBetween('position', [position + 1, head.position])
      .orderBy('position')
      .limit(500)
    if (rows.length === 0) break
    for (const row of rows) {
      if (row.position !== position + 1) yield { chain, position: position + 1, fault: 'missing' }
      const entry = {
        event: row.event,
        details: row.details,
        at: row.happened_at,
        client: { device: row.device, place: row.place },
      }
      const keyId = keyIdOfLink(row.hash)
      const hash = keyring.keyIds.includes(keyId)
        ? hashOf(keyring, keyId, { chain, position: row.position, previous }, entry)
        : undefined
      // A key that left SECRET_KEYS proves nothing: a forger could name any such key.
      if (!hash) yield { chain, position: row.position, fault: 'key' }
      else if (!hash.equals(row.hash)) yield { chain, position: row.position, fault: 'changed' }
      position = row.position
      previous = row.hash
    }
  }
  if (position !== head.position || !previous.equals(head.hash))
    yield { chain, position: head.position, fault: 'head' }
}

export async function countActivity(
  db: Db | Trx,
  accountId: string,
  events: readonly string[],
  since: Date,
): Promise<number> {
  const [row] = await db('activity')
    .where({ account_id: accountId })
    .whereIn('event', [...events])
    .where('happened_at', '>', since)
    .count('* as n')
  return Number(row?.n ?? 0)
}
