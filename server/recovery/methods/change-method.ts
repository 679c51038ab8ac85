// The one way in which an owner changes a recovery method: guarded, recorded and told in one transaction.

import type { Db } from '#db/connection.ts'
import {
  type AccountProof,
  type AccountTrx,
  changeAccount,
} from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Limits } from '#server/kit/limits/limits.ts'
import type { Contact, LinkedContact } from '../contacts/contact.ts'
import { type NoticeParts, notifyOwner } from '../contacts/notify-owner.ts'
import type { MethodId } from './managed-method.ts'

export interface MethodChangeParts extends NoticeParts {
  readonly db: Db
}

/** Who asks for a change, with which proof, and from where. */
export interface Asking extends AccountProof {
  readonly client: ClientInfo
}

export interface MethodChange {
  readonly method: MethodId
  readonly what: 'added' | 'changed' | 'removed'
  readonly old?: LinkedContact | undefined
  readonly added?: Contact | undefined
}

/** Why no method is changed now. */
export interface Held {
  readonly kind: 'probation'
  readonly until: Date
}

/**
 * Runs `change` behind the account's door, then records and tells what it says to have done. What it did stays even where it did not
 * change a method: a spent code stays spent.
 * Security: during probation no recovery method is changed, whichever page asks.
 * @throws StaleProof
 */
export async function changeMethod<Outcome>(
  parts: MethodChangeParts,
  asking: Asking,
  change: (
    trx: AccountTrx,
    at: Date,
  ) => Promise<{ readonly outcome: Outcome; readonly done?: MethodChange }>,
): Promise<Outcome | Held> {
  const { accountId, client } = asking
  return await changeAccount(parts.db, asking, async (trx, { probationUntil }) => {
    const at = parts.clock.now()
    if (probationUntil && probationUntil > at) return { kind: 'probation', until: probationUntil }
    const { outcome, done } = await change(trx, at)
    if (!done) return outcome
    const { method, what, old, added } = done
    const event = `${method}.${what}` as const
    await recordActivity(trx, parts.keyring, { accountId, event, details: {}, at, client })
    const params = { method }
    const notice = {
      accountId,
      name: `recovery-method-${what}`,
      params,
      change: event,
      at,
      client,
      old,
      added,
    } as const
    await notifyOwner(trx, parts, notice)
    return outcome
  })
}

/** Each change sends messages, so an account has so many a day. */
const changesPerDay = 20

/** Counts one change. @throws LimitReached */
export const createChangeLimit = (limits: Limits): ((accountId: string) => Promise<void>) => {
  const limiter = limits.limit('method-changes', { points: changesPerDay, seconds: 86_400 })
  return (accountId) => limiter.demand(accountId)
}
