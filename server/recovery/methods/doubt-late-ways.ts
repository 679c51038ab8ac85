// Ways back that may be a stranger's, because they came shortly before the account began a new epoch.
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import { msPerDay } from '#server/core/durations.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { ManagedMethods, MethodId } from './managed-method.ts'

export interface LateWayParts {
  readonly keyring: Keyring
  readonly methods: Pick<ManagedMethods, 'contactsOf' | 'list'>
  readonly settings: { readonly undoDays: number }
}

/**
 * Brings each way back into doubt that was set within `UNDO_DAYS`, and later than a contact that is beyond doubt. That contact is the one
 * that recovers, or else the oldest. An account without one keeps its ways: nothing tells the owner from a stranger there.
 * Security: a stranger who knows the password can add a phone, an address or a question of their own. It does not outlive a recovery.
 * @param by.provenBy the method that recovers: its holder has just shown it
 */
export async function doubtLateWays(
  trx: AccountTrx,
  parts: LateWayParts,
  by: { readonly accountId: string; readonly provenBy?: MethodId | 'undo'; readonly at: Date },
): Promise<void> {
  const { accountId, provenBy, at } = by
  const sure = (await parts.methods.contactsOf(trx, accountId)).filter(({ doubtful }) => !doubtful)
  const proving = sure.find(({ kind }) => kind === provenBy)
  const oldest = sure.toSorted(
    (one, other) => one.confirmedAt.getTime() - other.confirmedAt.getTime(),
  )[0]
  const since = (proving ?? oldest)?.confirmedAt
  if (!since) return
  const lately = new Date(at.getTime() - parts.settings.undoDays * msPerDay)
  for (const method of parts.methods.list) {
    const set = method.id === provenBy ? undefined : await method.sureSince(trx, accountId)
    if (!set || set <= since || set <= lately) continue
    await method.doubt(trx, accountId, at)
    await recordActivity(trx, parts.keyring, {
      accountId,
      event: `${method.id}.doubted`,
      details: {},
      at,
    })
  }
}
