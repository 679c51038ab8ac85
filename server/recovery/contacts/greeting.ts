// Which letters greet by the name that the owner has set.
import type { Trx } from '#db/connection.ts'
import { findAccount } from '#server/accounts/accounts/store.ts'
import type { LinkedContact } from './contact.ts'
import { isSettled } from './notice-readers.ts'

/** @param contact the reader; absent for the mailbox */
export type Greet = (contact?: LinkedContact) => string | null

/** Security: A display name stands in letters to its owner alone, and holds letters only. */
export async function readGreeting(
  trx: Trx,
  { settings }: { readonly settings: { readonly undoDays: number } },
  accountId: string,
  about: { readonly contacts: readonly LinkedContact[]; readonly at: Date },
): Promise<Greet> {
  const name = (await findAccount(trx, accountId))?.displayName ?? null
  const age = { at: about.at, undoDays: settings.undoDays }
  return (contact) => (!contact || isSettled(contact, about.contacts, age) ? name : null)
}
