// Tells the owner of a block by `portal account block`, and of its end, as of a measure of the desk.
import type { Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import { blockAccount } from '#server/accounts/accounts/store.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import { endSessions } from '#server/accounts/sessions/store.ts'
import { wantMailboxSuspension } from '#server/mail/mailboxes/want-mailbox.ts'
import { doubtLateWays } from '#server/recovery/methods/doubt-late-ways.ts'
import type { DeskParts } from '../desk.ts'
import { notifyHolder } from './notify-holder.ts'

interface Holder {
  readonly id: string
  readonly address: string
  readonly locale: string | null
}

/** Closes portal and mailbox, and tells the holder. False where it is blocked already. */
export async function blockByOperator(
  trx: AccountTrx,
  parts: DeskParts,
  account: Holder,
  how: { readonly reason: string; readonly at: Date },
): Promise<boolean> {
  const { id: accountId } = account
  const { reason, at } = how
  if (!(await blockAccount(trx, accountId, reason, at))) return false
  await wantMailboxSuspension(trx, { accountId, suspension: 'all', at })
  await endSessions(trx, accountId)
  await doubtLateWays(trx, parts, { accountId, at })
  await recordActivity(trx, parts.keyring, {
    accountId,
    event: 'account.blocked',
    details: { reason },
    at,
  })
  await tellOfOperatorBlock(trx, parts, account, at)
  return true
}

/** By the backup address and the phone: the mailbox itself is closed. */
async function tellOfOperatorBlock(
  trx: Trx,
  parts: DeskParts,
  account: Holder,
  at: Date,
): Promise<void> {
  await notifyHolder(trx, parts, {
    account,
    suspension: 'all',
    name: 'account-blocked',
    params: {
      mailbox: account.address,
      at: at.toISOString(),
      extent: 'all',
      cause: 'operator',
      until: null,
      appealToken: null,
    },
    key: `operator-block:${account.id}:${at.getTime()}`,
  })
}

export async function tellOfOperatorLift(
  trx: Trx,
  parts: DeskParts,
  account: Holder,
  at: Date,
): Promise<void> {
  await notifyHolder(trx, parts, {
    account,
    suspension: 'none',
    name: 'account-unblocked',
    params: { mailbox: account.address, at: at.toISOString() },
    key: `operator-lift:${account.id}:${at.getTime()}`,
  })
}
