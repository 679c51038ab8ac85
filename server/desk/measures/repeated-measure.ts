// Second clicks on what is done to an account: the answer of the first, where nothing else has happened since.
import type { Db } from '#db/connection.ts'
import { findMeasure, listMeasures, type Measure } from './measure-store.ts'
import type { WantedMeasure } from './take-measure.ts'

const latest = 5

/** What the same person has just done with the same words: it stands, or waits for a second person. */
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
  const found = (await listMeasures(db, accountId, latest)).find(
    (each) => same(each) && (each.state === 'in-force' || each.state === 'proposed'),
  )
  return found && (found.state === 'in-force' ? 'taken' : 'proposed')
}

/** What the same person has made of the measure. */
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
