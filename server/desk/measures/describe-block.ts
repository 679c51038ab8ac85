// What the holder of a restricted account is told after the right password: what, why, until when, and how to object.
import { signToken } from '#server/core/keys/signed-token.ts'
import { hasWayBack } from '#server/recovery/methods/managed-method.ts'
import { appealUntil } from '../appeals/appeal.ts'
import { type Appeal, findAppealOf } from '../appeals/appeal-store.ts'
import type { DeskParts } from '../desk.ts'
import { appealPurpose } from './apply-measure.ts'
import { findInForce } from './measure-store.ts'
import { type MeasureCause, type MeasureRow, measureRows } from './measures.ts'

export interface Block {
  readonly extent: MeasureRow['extent']
  readonly cause: MeasureCause
  readonly since: Date
  readonly until: Date | null
  /** Whether a good recovery lifts it; `no-way-back` where it would, and the mailbox has none. */
  readonly recovery: 'opens' | 'no-way-back' | 'no'
  readonly appeal:
    | { readonly kind: 'open'; readonly token: string; readonly until: Date }
    | { readonly kind: 'made'; readonly reference: string; readonly decision: Appeal['decision'] }
    | { readonly kind: 'too-late' }
}

/** Undefined where no measure stands. */
export async function describeBlock(
  parts: DeskParts,
  accountId: string,
): Promise<Block | undefined> {
  const { db, keyring, settings, methods } = parts
  const now = parts.clock.now()
  const measure = await findInForce(db, accountId)
  if (!measure?.takenAt) return undefined
  const row = measureRows[measure.measure]
  const appeal = await findAppealOf(db, keyring, measure.id)
  const until = appealUntil(settings, measure.takenAt)
  const open = {
    kind: 'open',
    token: signToken(keyring, appealPurpose, measure.id),
    until,
  } as const
  return {
    extent: row.extent,
    cause: measure.cause,
    since: measure.takenAt,
    until: measure.until,
    recovery:
      row.portal !== 'reset'
        ? 'no'
        : hasWayBack(await methods.describe(db, accountId, now))
          ? 'opens'
          : 'no-way-back',
    appeal: appeal
      ? { kind: 'made', reference: appeal.reference, decision: appeal.decision }
      : until > now
        ? open
        : { kind: 'too-late' },
  }
}
