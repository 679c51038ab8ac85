// What a link can do: one rule for the letter that brings it and for the page behind it.
import type { Trx } from '#db/connection.ts'
import type { LinkedContact } from '../contacts/contact.ts'
import { linksToReplace, type UndoParts } from './offer-undo.ts'
import { contactReaders, type ReaderKind } from './store.ts'

/**
 * Security: a letter to the mailbox is read by whoever reads the mailbox, so it changes no recovery method, and gives no new password
 * where a contact can.
 */
export type UndoPower =
  /** Of a contact: a new password, and recovery methods as they were. */
  | 'restore'
  /** Of the mailbox of an account without a confirmed contact: a new password. */
  | 'new-password'
  /** Ends sessions, and leads to recovery. */
  | 'end-sessions'

export interface UndoPowerParts extends UndoParts {
  readonly methods: { contactsOf(trx: Trx, accountId: string): Promise<readonly LinkedContact[]> }
}

/** As the account stands at the moment `at`: what came or went since then changes what a link of the mailbox can do. */
export async function powerOf(
  trx: Trx,
  parts: UndoPowerParts,
  { accountId, reader }: { readonly accountId: string; readonly reader: ReaderKind },
  at: Date,
): Promise<UndoPower> {
  if (contactReaders.includes(reader)) return 'restore'
  if (reader !== 'mailbox' || (await parts.methods.contactsOf(trx, accountId)).length > 0)
    return 'end-sessions'
  // Security: a contact that was removed lately still has its word. Else the mailbox would speak alone as soon as somebody removes all of them.
  const links = await linksToReplace(trx, parts, accountId, at)
  return links.length > 0 ? 'end-sessions' : 'new-password'
}
