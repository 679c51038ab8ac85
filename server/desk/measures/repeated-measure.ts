// A second click on a measure gets the answer of the first, unless something happened in between.
import type { Db } from '#db/connection.ts'
import type { WantedMeasure } from './measure-rules.ts'
import { findMeasure, listMeasures, type Measure } from './measure-store.ts'

const latest = 5

/** Whether this person has taken or proposed the same measure, and it still stands or waits. */
export async function findRepeatedMeasure(
  db: Db,
  wanted: Omit<WantedMeasure, 'until'>,
  staffId: string,
): Promise<'taken' | 'proposed' | undefined> {
  const { accountId, caseId, measure, cause } = wanted
  const same = (each: Measure) =>
    each.measure === measure &&
    each.cause === cause &&
    each.caseId === caseId &&
    each.proposedBy === staffId
  for (const each of await listMeasures(db, accountId, latest)) {
    if (same(each) && each.state === 'in-force') return 'taken'
    if (same(each) && each.state === 'proposed') return 'proposed'
  }
  return undefined
}

/** What this person has decided about the measure already. */
export async function findDecision(
  db: Db,
  measureId: string,
  staffId: string,
): Promise<'approved' | 'refused' | 'lifted' | undefined> {
  const found = await findMeasure(db, measureId)
  if (found?.state === 'in-force' && found.approvedBy === staffId) return 'approved'
  if (found?.state === 'refused' && [found.approvedBy, found.proposedBy].includes(staffId))
    return 'refused'
  if (found?.state === 'ended' && found.endReason === 'lifted' && found.endedBy === staffId)
    return 'lifted'
  return undefined
}
