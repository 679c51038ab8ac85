import type { Db } from '#db/connection.ts'
import type { Clock } from '#server/core/clock.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Contact, ContactKind } from './contact.ts'
import { findConfirmation } from './store.ts'

/** A contact that a code was sent to and that waits for it. */
export interface PendingContact extends Contact {
  /** When it was typed. Sending the code again does not move it. */
  readonly typedAt: Date
  /** When the newest code was sent. */
  readonly sentAt: Date
}

/** Security: what is pending ends with its code: a contact that was typed long ago has no page that sends to it again. */
export async function findPendingContact(
  { db, keyring, clock }: { readonly db: Db; readonly keyring: Keyring; readonly clock: Clock },
  accountId: string,
  kind: ContactKind,
): Promise<PendingContact | undefined> {
  const found = await findConfirmation(db, keyring, accountId, kind)
  if (!found || found.spentAt || found.expiresAt <= clock.now()) return undefined
  return { ...found.contact, typedAt: found.typedAt, sentAt: found.sentAt }
}
