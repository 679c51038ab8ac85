// The owner comes back: the mailbox opens as it was.
import {
  type AccountProof,
  type AccountTrx,
  lockAccount,
} from '#server/accounts/accounts/change-account.ts'
import { endClosing } from '#server/accounts/accounts/closing-store.ts'
import { beginEpoch, findAccount } from '#server/accounts/accounts/store.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { PasswordSet } from '#server/accounts/life/account-life.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { takeForm } from '#server/kit/web/sent-forms-store.ts'
import { mailboxQueue, wantMailboxClosing } from '#server/mail/mailboxes/want-mailbox.ts'
import { notifyOwner } from '#server/recovery/contacts/notify-owner.ts'
import type { ClosingParts } from './close-mailbox.ts'

interface Return {
  readonly accountId: string
  readonly at: Date
  readonly by: 'owner' | 'recovery' | 'operator'
  readonly client?: ClientInfo
}

async function reopen(
  trx: AccountTrx,
  keyring: Keyring,
  { accountId, at, by, ...who }: Return,
): Promise<void> {
  await endClosing(trx, accountId)
  await wantMailboxClosing(trx, { accountId, closing: false, at })
  const entry = { accountId, event: 'account.kept', details: { by }, at } as const
  await recordActivity(trx, keyring, { ...entry, ...who })
}

/** Begins a new epoch: what was proven during the closing opens nothing. */
export async function comeBack(
  trx: AccountTrx,
  parts: ClosingParts,
  back: Return & { readonly client: ClientInfo },
): Promise<void> {
  const { accountId, at, client } = back
  await reopen(trx, parts.keyring, back)
  await beginEpoch(trx, accountId)
  const notice = { accountId, name: 'account-kept', params: {}, change: 'account.kept' } as const
  await notifyOwner(trx, parts, {
    ...notice,
    at,
    client,
    behind: mailboxQueue(accountId),
  })
}

/** A person who recovers access wants the mailbox. The recovery has notices of its own. */
export async function comeBackByRecovery(
  trx: AccountTrx,
  keyring: Keyring,
  { accountId, at }: PasswordSet,
): Promise<void> {
  const account = await findAccount(trx, accountId)
  if (account?.closingAt) await reopen(trx, keyring, { accountId, at, by: 'recovery' })
}

export type Kept = { readonly kind: 'kept'; readonly epoch: number } | { readonly kind: 'stale' }

/** @param proof that the right password was typed while the account was being closed */
export async function keepByOwner(
  parts: ClosingParts,
  proof: AccountProof & { readonly client: ClientInfo },
  form: Buffer,
): Promise<Kept> {
  return await parts.db.transaction(async (outer): Promise<Kept> => {
    const locked = await lockAccount(outer, proof, 'allowed')
    if (locked.kind === 'stale' || !locked.account.closingAt) return { kind: 'stale' }
    const { trx, account } = locked
    const at = parts.clock.now()
    await comeBack(trx, parts, { accountId: account.id, at, by: 'owner', client: proof.client })
    await takeForm(trx, form, at)
    return { kind: 'kept', epoch: account.epoch + 1 }
  })
}
