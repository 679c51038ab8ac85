import type { Trx } from '#db/connection.ts'
import type { LinkedContact } from '../contacts/contact.ts'
import type { Keyring } from '../core/keyring.ts'
import { hashToken, newToken } from '../core/secrets.ts'
import { insertUndo, type Told, type UndoableChange } from './store.ts'

export type { Told, UndoableChange } from './store.ts'

export interface UndoParts {
  readonly keyring: Keyring
  readonly settings: { readonly undoDays: number }
}

/** Makes one link by which the change can be taken back, and returns its token, which is kept nowhere. */
export async function offerUndo(
  trx: Trx,
  { keyring, settings }: UndoParts,
  offer: {
    readonly changeId: string
    readonly accountId: string
    readonly change: UndoableChange
    readonly old: LinkedContact | undefined
    readonly told: Told
    readonly at: Date
  },
): Promise<string> {
  const token = newToken()
  const expiresAt = new Date(offer.at.getTime() + settings.undoDays * 86_400_000)
  await insertUndo(trx, keyring, { ...offer, tokenHash: hashToken(token), expiresAt })
  return token
}
