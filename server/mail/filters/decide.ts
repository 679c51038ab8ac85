// What owners do with filters that wait. The decision and the job that carries it out commit together.

import type { Db, Trx } from '#db/connection.ts'
import { type AccountProof, changeAccount } from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Clock } from '#server/core/clock.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { reviseMailboxUnchanged } from '../mailboxes/revise-store.ts'
import { enqueueConvergence } from '../mailboxes/want-mailbox.ts'
import { describeFilter } from './describe-filter.ts'
import {
  type Decided,
  type Decision,
  decideHeldFilter,
  forgetUnheld,
  listHeldFilters,
} from './store.ts'

export interface DecideParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
}

/** Only what is decided now changes anything. @throws StaleProof */
export async function decideFilter(
  parts: DecideParts,
  choice: { proof: AccountProof; id: string; decision: Decision; client: ClientInfo },
): Promise<Decided> {
  const { db, clock } = parts
  const { id, decision, client } = choice
  const { accountId } = choice.proof
  const at = clock.now()
  return await changeAccount(db, choice.proof, async (trx) => {
    const decided = await decideHeldFilter(trx, accountId, id, decision)
    if (decided.kind !== 'now') return decided
    await reviseMailboxUnchanged(trx, accountId, at)
    await enqueueConvergence(trx, accountId)
    await recordDecision(trx, parts, { accountId, id, decision, client }, at)
    return decided
  })
}

async function recordDecision(
  trx: Trx,
  { keyring }: DecideParts,
  {
    accountId,
    id,
    decision,
    client,
  }: { accountId: string; id: string; decision: Decision; client: ClientInfo },
  at: Date,
): Promise<void> {
  if (decision === 'remove') {
    return await recordActivity(trx, keyring, {
      accountId,
      event: 'filters.removed',
      details: {},
      at,
      client,
    })
  }
  const kept = (await listHeldFilters(trx, keyring, accountId)).find((each) => each.id === id)
  const targets = describeFilter(kept?.scripts ?? []).targets.length
  await recordActivity(trx, keyring, {
    accountId,
    event: 'filters.kept',
    details: { targets },
    at,
    client,
  })
}

/** The owner has looked at filters that the platform does not let us hold. @throws StaleProof */
export async function noteLooked({ db }: DecideParts, proof: AccountProof): Promise<void> {
  await changeAccount(db, proof, (trx) => forgetUnheld(trx, proof.accountId))
}
