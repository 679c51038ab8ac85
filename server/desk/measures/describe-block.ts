// What the owner of a restricted account reads: what, why, until when, and how to appeal.
import { signToken } from '#server/core/keys/signed-token.ts'
import { hasWayBack } from '#server/recovery/methods/methods.ts'
import { type Appeal, findAppealOf } from '../appeals/appeal-store.ts'
import { appealUntil } from '../appeals/make-appeal.ts'
import type { DeskParts } from '../desk.ts'
import { readStrikes, type Strikes } from '../strikes/strike-store.ts'
import { hasWords } from '../words/word-store.ts'
import { appealPurpose } from './apply-measure.ts'
import { findInForce, type Measure } from './measure-store.ts'
import { type MeasureCause, type MeasureRow, measureRows } from './measures.ts'

export interface Block {
  readonly extent: MeasureRow['extent']
  readonly cause: MeasureCause
  readonly since: Date
  readonly until: Date | null
  /** Breaches that count now, and until when the oldest does. */
  readonly strikes: Strikes
  /** Where the owner reads what staff wrote, if they did. */
  readonly wordsHref: string | null
  /** Whether a recovery lifts the measure. `no-way-back`: it would, but no method is set. */
  readonly recovery: 'opens' | 'no-way-back' | 'no'
  readonly appeal:
    | { readonly kind: 'open'; readonly token: string; readonly until: Date }
    | { readonly kind: 'made'; readonly reference: string; readonly decision: Appeal['decision'] }
    | { readonly kind: 'too-late' }
}

export async function describeBlock(
  parts: DeskParts,
  accountId: string,
): Promise<Block | undefined> {
  const measure = await findInForce(parts.db, accountId)
  if (!measure?.takenAt) return undefined
  const { takenAt: since, cause, until } = measure
  const { extent } = measureRows[measure.measure]
  const { db, settings, clock } = parts
  const [recovery, appeal, strikes, wordsHref] = await Promise.all([
    describeRecovery(parts, measure),
    describeAppeal(parts, measure.id, since),
    readStrikes(db, settings, accountId, clock.now()),
    findWords(parts, measure.id),
  ])
  return { extent, cause, since, until, recovery, appeal, strikes, wordsHref }
}

/** A warning has a title of its own: nothing is restricted. */
export const noticeOf = ({ extent }: Pick<Block, 'extent'>) => ({
  extent,
  titleKey: extent === 'warned' ? 'warned.title' : 'blocked.title',
})

export async function findWords(
  { db, keyring }: Pick<DeskParts, 'db' | 'keyring'>,
  measureId: string,
): Promise<string | null> {
  if (!(await hasWords(db, { measureId }))) return null
  return `/words/appeal/${signToken(keyring, appealPurpose, measureId)}`
}

async function describeRecovery(
  { db, methods, clock }: DeskParts,
  { measure, accountId }: Measure,
): Promise<Block['recovery']> {
  if (measureRows[measure].portal !== 'reset') return 'no'
  const described = await methods.describe(db, accountId, clock.now())
  return hasWayBack(described) ? 'opens' : 'no-way-back'
}

async function describeAppeal(
  { db, keyring, settings, clock }: DeskParts,
  measureId: string,
  takenAt: Date,
): Promise<Block['appeal']> {
  const appeal = await findAppealOf(db, keyring, measureId)
  if (appeal) return { kind: 'made', reference: appeal.reference, decision: appeal.decision }
  const until = appealUntil(settings, takenAt)
  if (until <= clock.now()) return { kind: 'too-late' }
  return { kind: 'open', token: signToken(keyring, appealPurpose, measureId), until }
}
