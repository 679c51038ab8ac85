// What is left of the activity of a closed account: the digest of its chain, in the portal's chain.
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { AccountTrx } from '../accounts/change-account.ts'
import { recordActivity } from './store.ts'

/** The entries name devices and places, so they go. Their digest shows that they were there. */
export async function foldActivity(
  trx: AccountTrx,
  keyring: Keyring,
  accountId: string,
  at: Date,
): Promise<void> {
  await trx('activity').where({ account_id: accountId }).delete()
  const [head] = await trx('activity_heads')
    .where({ chain: accountId })
    .delete()
    .returning(['position', 'hash'])
  if (!head) return
  await recordActivity(trx, keyring, {
    accountId: null,
    event: 'activity.folded',
    details: { account: accountId, count: head.position, digest: head.hash.toString('hex') },
    at,
  })
}
