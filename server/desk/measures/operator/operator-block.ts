// A block by `portal account block`, and its lift. The desk does not lift such a block.
import type { Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import { blockAccount } from '#server/accounts/accounts/store.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { DeskParts } from '#server/desk/desk.ts'
import { endMeasure } from '../apply-measure.ts'
import { notifyOwner, type Owner } from '../notify-owner.ts'
import { lockStanding } from '../standing-store.ts'

/** Closes portal and mailbox, and notifies the owner. False if the account is blocked already. */
export async function blockByOperator(
  trx: AccountTrx,
  parts: DeskParts,
  account: Owner,
  how: { readonly reason: string; readonly at: Date },
): Promise<boolean> {
  const { id: accountId } = account
  const { reason, at } = how
  if (!(await blockAccount(trx, accountId, reason, at))) return false
  await parts.life.block(trx, {
    accountId,
    at,
    suspension: 'all',
    beginsEpoch: true,
    endsSessions: true,
    forgetsDevices: false,
    revokesAppPasswords: false,
    holdsFilters: false,
  })
  await recordActivity(trx, parts.keyring, {
    accountId,
    event: 'account.blocked',
    details: { reason },
    at,
  })
  await notifyOwner(trx, parts, {
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
    key: `operator-block:${accountId}:${at.getTime()}`,
  })
  return true
}

export async function notifyOfOperatorLift(
  trx: Trx,
  parts: DeskParts,
  account: Owner,
  at: Date,
): Promise<void> {
  await notifyOwner(trx, parts, {
    account,
    suspension: 'none',
    name: 'account-unblocked',
    params: { mailbox: account.address, at: at.toISOString() },
    key: `operator-lift:${account.id}:${at.getTime()}`,
  })
}

export async function liftByOperator(
  trx: Trx,
  parts: DeskParts,
  accountId: string,
  at: Date,
): Promise<boolean> {
  const account = await lockStanding(trx, accountId)
  const measure = account?.inForce
  if (!account || !measure) return false
  return await endMeasure(parts, { measure, account, reason: 'lifted', staffId: null, at })
}
