// Gives a mailbox more room: by itself when it fills, or when its owner asks.

import type { Db } from '#db/connection.ts'
import {
  type AccountProof,
  type AccountTrx,
  changeAccount,
  changeAccountAsItStands,
} from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import { type ClientInfo, noClient } from '#server/core/client-info.ts'
import type { Clock } from '#server/core/clock.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { type QuotaSettings, requestedQuota } from './quota-rule.ts'
import { reviseMailboxQuota } from './revise-store.ts'
import { findMailboxProgress } from './store.ts'
import { enqueueConvergence } from './want-mailbox.ts'

export interface GrowParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
}

/**
 * Once for each size that it grows from, however many ask at once.
 * @param growth.proof of the owner who asks; without one it grows by itself
 * @returns false where it was of another size already
 */
export async function growMailbox(
  { db, clock, keyring }: GrowParts,
  growth: {
    accountId: string
    from: number
    to: number
    client?: ClientInfo
    proof?: AccountProof
  },
): Promise<boolean> {
  const { accountId, from, to, client = noClient, proof } = growth
  const at = clock.now()
  const grow = async (trx: AccountTrx) => {
    if (!(await reviseMailboxQuota(trx, accountId, { from, to }, at))) return false
    await enqueueConvergence(trx, accountId)
    const details = { mebibytes: Math.round(to / 1_048_576) }
    await recordActivity(trx, keyring, { accountId, event: 'mailbox.grown', details, at, client })
    return true
  }
  return proof ? changeAccount(db, proof, grow) : changeAccountAsItStands(db, accountId, grow)
}

/**
 * The owner asks for the next step.
 * @param from the size that they saw when they asked: a second click finds another one
 * @returns false where none may be had now, or they have it already
 */
export async function requestGrowth(
  parts: GrowParts & { readonly settings: QuotaSettings },
  { proof, client, from }: { proof: AccountProof; client: ClientInfo; from?: number | undefined },
): Promise<boolean> {
  const { accountId } = proof
  const progress = await findMailboxProgress(parts.db, accountId)
  const to = progress && requestedQuota(progress, parts.settings)
  if (!progress || to === undefined || (from !== undefined && from !== progress.quotaBytes))
    return false
  return growMailbox(parts, { accountId, from: progress.quotaBytes, to, client, proof })
}
