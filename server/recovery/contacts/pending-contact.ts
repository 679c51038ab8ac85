import type { Db } from '#db/connection.ts'
import type { Clock } from '#server/core/clock.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Contact, ContactKind } from './contact.ts'
import { type CodeMessages, findConfirmation } from './store.ts'

export interface PendingContact extends Contact {
  /** When the contact was typed. Sending its code again does not change this. */
  readonly typedAt: Date
  readonly sentAt: Date
  readonly messages: CodeMessages
}

/** Security: A pending contact ends with its code. */
export async function findPendingContact(
  parts: { readonly db: Db; readonly keyring: Keyring; readonly clock: Clock },
  accountId: string,
  kind: ContactKind,
): Promise<PendingContact | undefined> {
  const found = await findConfirmation(parts.db, parts.keyring, accountId, kind)
  if (!found || found.spentAt || found.expiresAt <= parts.clock.now()) return undefined
  const { contact, typedAt, sentAt, messages } = found
  return { ...contact, typedAt, sentAt, messages }
}
