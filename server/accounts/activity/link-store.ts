// Steps of a statement that adds an entry to the activity. `:names` are its bindings.
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { ActivityEvent } from './activity-details.ts'
import { type ChainHead, type Entry, linkAfter } from './store.ts'

/** Bindings that link the entry to `head`, which must still be the newest link. */
export function linkBindings<E extends ActivityEvent>(
  keyring: Keyring,
  head: ChainHead,
  entry: Entry<E>,
) {
  const { position, hash } = linkAfter(keyring, head, entry)
  return { event: entry.event, position, hash, before: head.position, previous: head.hash }
}

/** Moves the chain on if `condition` holds. Needs `:accountId` and `linkBindings`. */
export const moveChainSql = (condition: string) => `
  update activity_heads set position = :position, hash = :hash
  where chain = :accountId and position = :before and hash = :previous
    and ${condition}
  returning chain, position, hash`

/** Needs `:event`, `:browser`, `:place`, `:at`. @param moved name of the step before */
export const addEntrySql = (moved: string) => `
  insert into activity (chain, position, account_id, event, details,
    device, place, happened_at, hash)
  select chain, position, chain, :event, '{}',
    :browser, :place, cast(:at as timestamptz), hash from ${moved}`
