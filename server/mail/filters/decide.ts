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

/** Keeps or removes a held filter. Deciding twice changes nothing. @throws StaleProof */
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
    const entry = { accountId, at, client }
    if (decision === 'remove') await recordRemoved(trx, parts, entry)
    else await recordKept(trx, parts, entry, id)
    return decided
  })
}

interface Entry {
  readonly accountId: string
  readonly at: Date
  readonly client: ClientInfo
}

async function recordRemoved(trx: Trx, { keyring }: DecideParts, entry: Entry): Promise<void> {
  await recordActivity(trx, keyring, { ...entry, event: 'filters.removed', details: {} })
}

async function recordKept(
  trx: Trx,
  { keyring }: DecideParts,
  entry: Entry,
  id: string,
): Promise<void> {
  const held = await listHeldFilters(trx, keyring, entry.accountId)
  const kept = held.find((each) => each.id === id)
  const targets = describeFilter(kept?.scripts ?? []).targets.length
  await recordActivity(trx, keyring, { ...entry, event: 'filters.kept', details: { targets } })
}

/** The owner looked at filters that the portal cannot reach. @throws StaleProof */
export async function noteLooked({ db }: DecideParts, proof: AccountProof): Promise<void> {
  await changeAccount(db, proof, (trx) => forgetUnheld(trx, proof.accountId))
}
