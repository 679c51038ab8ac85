import type { Trx } from '#db/connection.ts'
import type { DeskParts } from '../desk.ts'
import { endMeasure } from './apply-measure.ts'
import { holdStanding } from './measure-store.ts'

/** Ends whatever measure stands, for an operator at the command line. False where none does. */
export async function liftByOperator(
  trx: Trx,
  parts: DeskParts,
  accountId: string,
  at: Date,
): Promise<boolean> {
  const account = await holdStanding(trx, accountId)
  if (!account?.inForce) return false
  return await endMeasure(parts, {
    measure: account.inForce,
    account,
    reason: 'lifted',
    staffId: null,
    at,
  })
}
