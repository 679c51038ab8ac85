// Enlarges a mailbox when it fills up, or when its owner asks.
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
 * @param growth.proof shows that the owner asks; absent where the mailbox grows by itself
 * @returns false if the mailbox no longer has the size `from`
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
 * @param from the size that the page showed, so that a second click changes nothing
 * @returns false if the mailbox may not grow now, or has grown already
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
