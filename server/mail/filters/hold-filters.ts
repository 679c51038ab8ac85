// Filters are keys too: a stranger's forwarding goes on when every password is another.
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import { wantFiltersOff } from '../mailboxes/want-mailbox.ts'
import { takeBackKeeping } from './store.ts'

/**
 * Security: no filter survives a reset, an undo, the end of all sessions or a measure by itself: it does nothing until the owner keeps it.
 * In the caller's transaction; the worker finds out what is at work and switches it off.
 */
export async function holdFilters(
  trx: AccountTrx,
  { accountId, at }: { accountId: string; at: Date },
): Promise<void> {
  await wantFiltersOff(trx, { accountId, at })
  await takeBackKeeping(trx, accountId)
}
