// What became of a link that does nothing any more.
import type { Db } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { type DeadLink, findDeadLink } from '../dead-links/store.ts'
import { findUndo } from './store.ts'

/** @returns undefined for an unknown link */
export async function findUndoFate(
  db: Db,
  keyring: Keyring,
  tokenHash: Buffer,
  at: Date,
): Promise<(DeadLink & { readonly accountId: string }) | undefined> {
  const dead = await findDeadLink(db, 'undo', tokenHash)
  if (dead) return dead
  const undo = await findUndo(db, keyring, tokenHash)
  if (!undo) return undefined
  const { accountId, expiresAt, usedAt } = undo
  if (!usedAt && expiresAt <= at) return { accountId, fate: 'expired', at: expiresAt }
  // Another link ended it, or the account has moved on: a newer message tells of that.
  return { accountId, fate: 'newer', at: usedAt ?? at }
}
