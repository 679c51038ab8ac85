// What an undo link can do: one rule for its notice and for its page.
import type { Trx } from '#db/connection.ts'
import type { LinkedContact } from '../contacts/contact.ts'
import { linksToReplace, type UndoParts } from './offer-undo.ts'
import { contactReaders, type ReaderKind } from './store.ts'

// Security: A mailbox link gives no password where a contact can, and changes no method.
export type UndoPower =
  /** A contact's link: gives a new password and puts recovery methods back. */
  | 'restore'
  /** The mailbox's link where the account has no contact. */
  | 'new-password'
  | 'end-sessions'

export interface UndoPowerParts extends UndoParts {
  readonly methods: { contactsOf(trx: Trx, accountId: string): Promise<readonly LinkedContact[]> }
}

export async function powerOf(
  trx: Trx,
  parts: UndoPowerParts,
  { accountId, reader }: { readonly accountId: string; readonly reader: ReaderKind },
  at: Date,
): Promise<UndoPower> {
  if (contactReaders.includes(reader)) return 'restore'
  if (reader !== 'mailbox') return 'end-sessions'
  const contacts = await parts.methods.contactsOf(trx, accountId)
  if (contacts.length > 0) return 'end-sessions'
  // Security: A contact that was removed lately keeps the mailbox from giving a new password.
  const links = await linksToReplace(trx, parts, accountId, at)
  return links.length > 0 ? 'end-sessions' : 'new-password'
}
