// Who has a case open, so that two people do not decide it side by side.
import type { Db, Trx } from '#db/connection.ts'
import { msPerDay, msPerMinute } from '#server/core/durations.ts'

/** A page says nothing when it is left: after this time nobody is there any more. */
const presentMs = 5 * msPerMinute

export async function noteLook(trx: Trx, caseId: string, staffId: string, at: Date): Promise<void> {
  await trx('case_looks')
    .insert({
      case_id: caseId,
      staff_id: staffId,
      looked_at: at,
    })
    .onConflict(['case_id', 'staff_id'])
    .merge()
}

/** The other people who look at these cases now: by case, the latest first. */
export async function findLookers(
  db: Db,
  caseIds: readonly string[],
  now: Date,
  notOf: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await db('case_looks')
    .whereIn('case_id', [...caseIds])
    .where('looked_at', '>', new Date(now.getTime() - presentMs))
    .whereNot({ staff_id: notOf })
    .orderBy('looked_at', 'desc')
    .select('case_id', 'staff_id')
  const found = new Map<string, string[]>()
  for (const { case_id, staff_id } of rows) {
    const id = String(case_id)
    found.set(id, [...(found.get(id) ?? []), staff_id])
  }
  return found
}

export async function deleteOldLooks(db: Db, now: Date, limit: number): Promise<number> {
  const { rowCount } = await db.raw(
    `delete from case_looks where (case_id, staff_id) in (
       select case_id, staff_id from case_looks where looked_at < ? limit ?)`,
    [new Date(now.getTime() - msPerDay), limit],
  )
  return rowCount
}
