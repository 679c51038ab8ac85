import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import { wantFiltersOff } from '../mailboxes/want-mailbox.ts'
import { takeBackKeeping } from './store.ts'

/** Security: No filter survives a recovery or the end of all sessions by itself. */
export async function holdFilters(
  trx: AccountTrx,
  { accountId, at }: { accountId: string; at: Date },
): Promise<void> {
  await wantFiltersOff(trx, { accountId, at })
  await takeBackKeeping(trx, accountId)
}
