// Blocks by command. They are measures like those of the desk, taken without a member of staff.
import type { Trx } from '#db/connection.ts'
import type { DeskParts } from '#server/desk/desk.ts'
import { isMeasureCause } from '../measures.ts'
import { lockStanding } from '../standing-store.ts'
import { liftStanding, putMeasure } from '../take-measure.ts'

/**
 * Replaces whatever milder measure stands. False if the account is closed or blocked already.
 * @param how.reason its owner reads it if it is a cause, and “other” if it is another word
 */
export async function blockByOperator(
  trx: Trx,
  parts: DeskParts,
  accountId: string,
  how: { readonly reason: string; readonly at: Date },
): Promise<boolean> {
  const { reason: word, at } = how
  const before = await lockStanding(trx, accountId)
  if (!before || before.standing === 'block') return false
  const wanted = {
    accountId,
    caseId: before.inForce?.caseId ?? null,
    measure: 'block',
    cause: isMeasureCause(word) ? word : 'other',
    until: null,
  } as const
  return Boolean(await putMeasure(parts, wanted, { before, staffId: null, taken: true, word, at }))
}

export async function liftByOperator(
  trx: Trx,
  parts: DeskParts,
  accountId: string,
  at: Date,
): Promise<boolean> {
  const account = await lockStanding(trx, accountId)
  const measure = account?.inForce
  if (!account || !measure) return false
  return await liftStanding(parts, { measure, account, staffId: null, at })
}
