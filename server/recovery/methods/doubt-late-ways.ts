// Recovery methods that may be a stranger's, because they came shortly before a new epoch began.

import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import { msPerDay } from '#server/core/durations.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { MethodId } from '#server/core/method-ids.ts'
import type { RecoveryMethods } from './methods.ts'

export interface LateWayParts {
  readonly keyring: Keyring
  readonly methods: Pick<RecoveryMethods, 'contactsOf' | 'list'>
  readonly settings: { readonly undoDays: number }
}

/**
 * Brings each method into doubt that was set within `UNDO_DAYS` and later than a sure way: the
 * strong method that recovers, or else the oldest contact. Without one nothing tells the owner from
 * a stranger, so all methods stay as they are.
 * Security: A contact that was linked shortly before a reset by an older one is in doubt.
 * @param by.provenBy the method that recovers the account
 */
export async function doubtLateWays(
  trx: AccountTrx,
  parts: LateWayParts,
  by: { readonly accountId: string; readonly provenBy?: MethodId | 'undo'; readonly at: Date },
): Promise<void> {
  const { accountId, provenBy, at } = by
  const since = await sureWaySince(trx, parts, accountId, provenBy)
  if (!since) return
  const lately = new Date(at.getTime() - parts.settings.undoDays * msPerDay)
  for (const method of parts.methods.list) {
    const set = method.id === provenBy ? undefined : await method.sureSince(trx, accountId)
    if (!set || set <= since || set <= lately) continue
    await method.doubt(trx, accountId, at)
    const event = `${method.id}.doubted` as const
    await recordActivity(trx, parts.keyring, { accountId, event, details: {}, at })
  }
}

async function sureWaySince(
  trx: AccountTrx,
  parts: LateWayParts,
  accountId: string,
  provenBy: MethodId | 'undo' | undefined,
): Promise<Date | undefined> {
  const { list, contactsOf } = parts.methods
  const proving = list.find(({ id, strength }) => id === provenBy && strength === 'strong')
  const provenSince = await proving?.sureSince(trx, accountId)
  if (provenSince) return provenSince
  const contacts = await contactsOf(trx, accountId)
  const moments = contacts.flatMap(({ doubtful, confirmedAt }) => (doubtful ? [] : confirmedAt))
  return moments.toSorted((one, other) => one.getTime() - other.getTime())[0]
}
