import type { Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import { msPerDay } from '#server/core/durations.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { hashToken, isToken, newToken } from '#server/core/keys/secrets.ts'
import { isTypedToken, newTypedToken } from '#server/core/keys/typed-code.ts'
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
  readonly settings: { readonly undoDays: number; readonly smsLinks: boolean }
}

/** Live links of contacts. If a change voids them, its notices bring new ones. */
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

export const isUndoToken = (value: unknown): value is string =>
  isToken(value) || isTypedToken(value)

// Security: Where an SMS has no link, a phone that was replaced gets a code to undo that.
// No recovery can help it any more.
const newUndoToken = (reader: ReaderKind, contact: Contact | undefined, smsLinks: boolean) =>
  reader === 'old-contact' && contact?.kind === 'phone' && !smsLinks ? newTypedToken() : newToken()

/**
 * @param offer.contact gets the link; absent for the mailbox
 * @param offer.replaces void links. The new one takes back as much as the contact's old one.
 * @returns its token, which is stored only as a hash
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
  const token = newUndoToken(offer.reader, contact, settings.smsLinks)
  const expiresAt = new Date(offer.at.getTime() + settings.undoDays * msPerDay)
  const readerDigest = contact ? readerDigestOf(keyring, contact) : null
  const moments = replaces
    .filter((link) => readerDigest && link.readerDigest.equals(readerDigest))
    .map((link) => link.reachesBackTo.getTime())
  const reachesBackTo = new Date(Math.min(offer.at.getTime(), ...moments))
  await insertUndo(trx, keyring, {
    ...undo,
    tokenHash: hashToken(token),
    readerDigest,
    reachesBackTo,
    expiresAt,
  })
  return token
}
