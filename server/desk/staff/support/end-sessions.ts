// Support signs out every device of an account whose owner asked for it.

import {
  type AccountProof,
  lockAccount,
  lockAccountAsItStands,
  lockBoth,
} from '#server/accounts/accounts/change-account.ts'
import { beginEpoch } from '#server/accounts/accounts/store.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import { endSessions } from '#server/accounts/sessions/store.ts'
import { StaleProof } from '#server/core/faults.ts'
import { recordAudit } from '#server/desk/audit/store.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { NotFound } from '#server/kit/pages/faults.ts'

/** @param staff the proof of the member of staff. @throws StaleProof, NotFound */
export async function endSessionsOf(
  parts: DeskPageParts,
  accountId: string,
  staff: AccountProof,
): Promise<void> {
  const { db, clock, keyring } = parts
  const at = clock.now()
  await db.transaction(async (outer) => {
    await lockBoth(outer, staff.accountId, accountId)
    if ((await lockAccount(outer, staff)).kind === 'stale') throw new StaleProof()
    const locked = await lockAccountAsItStands(outer, accountId)
    if (!locked) throw new NotFound('no such account')
    const { trx } = locked
    await beginEpoch(trx, accountId)
    await parts.life.signOut(trx, { accountId, at, withMailPrograms: false })
    // A second click finds no session and records nothing.
    if ((await endSessions(trx, accountId)) === 0) return
    await recordActivity(trx, keyring, {
      accountId,
      event: 'session.ended-by-operator',
      details: {},
      at,
    })
    await recordAudit(trx, keyring, {
      staffId: staff.accountId,
      action: 'support.acted',
      accountId,
      details: { what: 'sessions-ended' },
      at,
    })
  })
}
