// The only way for an owner to change a recovery method: checked, recorded and notified at once.

import type { Db } from '#db/connection.ts'
import {
  type AccountProof,
  type AccountTrx,
  changeAccount,
} from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { MethodId } from '#server/core/method-ids.ts'
import type { Limits } from '#server/kit/limits/limits.ts'
import type { Contact, LinkedContact } from '../contacts/contact.ts'
import { type NoticeParts, notifyOwner } from '../contacts/notify-owner.ts'

export interface MethodChangeParts extends NoticeParts {
  readonly db: Db
}

export interface Asking extends AccountProof {
  readonly client: ClientInfo
}

export interface MethodChange {
  readonly method: MethodId
  readonly what: 'added' | 'changed' | 'removed'
  readonly old?: LinkedContact | undefined
  readonly added?: Contact | undefined
}

export interface OnProbation {
  readonly kind: 'probation'
  readonly until: Date
}

/**
 * Runs `change` and commits it. If it returns `done`, also records it and notifies the owner.
 * Security: During probation no recovery method is changed, whichever page asks.
 * @throws StaleProof
 */
export async function changeMethod<Outcome>(
  parts: MethodChangeParts,
  asking: Asking,
  change: (
    trx: AccountTrx,
    at: Date,
  ) => Promise<{ readonly outcome: Outcome; readonly done?: MethodChange }>,
): Promise<Outcome | OnProbation> {
  const { accountId, client } = asking
  return await changeAccount(parts.db, asking, async (trx, { probationUntil }) => {
    const at = parts.clock.now()
    if (probationUntil && probationUntil > at) return { kind: 'probation', until: probationUntil }
    const { outcome, done } = await change(trx, at)
    if (!done) return outcome
    const { method, what, old, added } = done
    const event = `${method}.${what}` as const
    await recordActivity(trx, parts.keyring, { accountId, event, details: {}, at, client })
    await notifyOwner(trx, parts, {
      accountId,
      name: `recovery-method-${what}`,
      params: { method },
      change: event,
      at,
      client,
      old,
      added,
    })
    return outcome
  })
}

const changesPerDay = { points: 20, seconds: 86_400 }

/** Counts one change. @throws LimitReached */
export const createChangeLimit = (limits: Limits): ((accountId: string) => Promise<void>) => {
  const perAccount = limits.limit('method-changes', changesPerDay)
  return (accountId) => perAccount.demand(accountId)
}
