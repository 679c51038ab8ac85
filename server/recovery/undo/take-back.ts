// Puts recovery methods back as they were before a disputed change.

import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { OwnedMethod } from '#server/recovery/flow/recovery-method.ts'
import type { LinkedContact } from '../contacts/contact.ts'
import { type NoticeParts, notifyOwner } from '../contacts/notify-owner.ts'
import type { RecoveryMethods } from '../methods/methods.ts'
import { listChangesSince, type Undo } from './store.ts'

export interface TakeBackParts extends NoticeParts {
  readonly methods: RecoveryMethods
}

/** All later changes count as the stranger's too. A removed contact gets a notice. */
export async function takeBack(
  trx: AccountTrx,
  parts: TakeBackParts,
  by: {
    readonly undo: Undo
    readonly known: readonly LinkedContact[]
    readonly at: Date
    readonly client: ClientInfo
  },
): Promise<void> {
  const { undo, known, at, client } = by
  const { accountId } = undo
  const changes = await listChangesSince(trx, parts.keyring, accountId, undo.reachesBackTo)
  for (const method of parts.methods.list) {
    const first = changes.find((each) => each.change.startsWith(`${method.id}.`))
    if (!first) continue
    const { what, gone } = await revert(trx, method, first, at)
    if (what === 'kept') continue
    const { id } = method
    const event = `${id}.${what}` as const
    await recordActivity(trx, parts.keyring, { accountId, event, details: {}, at, client })
    await notifyOwner(trx, parts, {
      accountId,
      name: `recovery-method-${what}`,
      params: { method: id },
      // Under this name a later undo does not take it for the stranger's change.
      change: 'undo.used',
      at,
      client,
      added: await method.findContact(trx, accountId),
      undone: gone,
      known,
    })
  }
}

interface Reverted {
  readonly what: 'changed' | 'removed' | 'kept'
  /** The contact that the account held until now. */
  readonly gone?: LinkedContact | undefined
}

async function revert(
  trx: AccountTrx,
  method: OwnedMethod,
  first: Undo,
  at: Date,
): Promise<Reverted> {
  const { accountId, old, change } = first
  const now = await method.findContact(trx, accountId)
  if (old) {
    if (now?.canonical === old.canonical) return { what: 'kept' }
    if (now) await method.remove(trx, accountId, at)
    if ((await method.restore(trx, accountId, old, at)) === 'restored')
      return { what: 'changed', gone: now }
    return now ? { what: 'removed', gone: now } : { what: 'kept' }
  }
  if (!change.endsWith('.added') && now) return { what: 'kept' }
  return (await method.distrust(trx, accountId, at))
    ? { what: 'removed', gone: now }
    : { what: 'kept' }
}
