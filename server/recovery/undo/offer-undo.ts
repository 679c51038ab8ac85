import type { Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import { msPerDay } from '#server/core/durations.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import type { Contact, LinkedContact } from '../contacts/contact.ts'
import {
  type ContactLink,
  insertUndo,
  listContactLinks,
  type ReaderKind,
  readerDigestOf,
  type UndoableChange,
} from './store.ts'

export type { ContactLink, ReaderKind, UndoableChange } from './store.ts'

export interface UndoParts {
  readonly keyring: Keyring
  readonly settings: { readonly undoDays: number }
}

/** Links that went to contacts and are alive: what a change that voids them gives its notices, so that new ones take their place. */
export const linksToReplace = (
  trx: Trx,
  { keyring, settings }: UndoParts,
  accountId: string,
  at: Date,
): Promise<ContactLink[]> =>
  listContactLinks(trx, keyring, accountId, {
    at,
    since: new Date(at.getTime() - settings.undoDays * msPerDay),
  })

/**
 * Makes one link by which the change can be taken back, and returns its token, which is kept nowhere.
 * @param offer.contact the contact that the link goes to; absent for the mailbox
 * @param offer.replaces links that are void from now on: this one reaches back as far as those of the same reader did
 */
export async function offerUndo(
  trx: AccountTrx,
  { keyring, settings }: UndoParts,
  offer: {
    readonly changeId: string
    readonly accountId: string
    readonly change: UndoableChange
    readonly old: LinkedContact | undefined
    readonly reader: ReaderKind
    readonly contact?: Contact | undefined
    readonly replaces: readonly ContactLink[]
    readonly at: Date
  },
): Promise<string> {
  const { contact, replaces, ...undo } = offer
  const token = newToken()
  const expiresAt = new Date(offer.at.getTime() + settings.undoDays * msPerDay)
  const readerDigest = contact ? readerDigestOf(keyring, contact) : null
  const earlier = replaces.filter((link) => readerDigest && link.readerDigest.equals(readerDigest))
  const reachesBackTo = earlier.reduce(
    (oldest, link) => (link.reachesBackTo < oldest ? link.reachesBackTo : oldest),
    offer.at,
  )
  await insertUndo(trx, keyring, {
    ...undo,
    tokenHash: hashToken(token),
    readerDigest,
    reachesBackTo,
    expiresAt,
  })
  return token
}
