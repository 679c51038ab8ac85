// What the holder of a restricted account is told after the right password: what, why, until when, and how to object.
import { signToken } from '../core/signed-token.ts'
import { appealUntil } from './appeal.ts'
import { type Appeal, findAppealOf } from './appeal-store.ts'
import { appealPurpose } from './apply-measure.ts'
import type { DeskParts } from './desk.ts'
import { findInForce } from './measure-store.ts'
import { type MeasureCause, type MeasureRow, measureRows } from './measures.ts'

export interface Block {
  readonly extent: MeasureRow['extent']
  readonly cause: MeasureCause
  readonly since: Date
  readonly until: Date | null
  /** A good recovery lifts it. */
  readonly recoverable: boolean
  readonly appeal:
    | { readonly kind: 'open'; readonly token: string; readonly until: Date }
    | { readonly kind: 'made'; readonly reference: string; readonly decision: Appeal['decision'] }
    | { readonly kind: 'too-late' }
}

/** Undefined where no measure stands. */
export async function describeBlock(parts: DeskParts, accountId: string): Promise<Block | undefined> {
  const { db, keyring, settings, clock } = parts
  const measure = await findInForce(db, accountId)
  if (!measure?.takenAt) return undefined
  const row = measureRows[measure.measure]
  const appeal = await findAppealOf(db, keyring, measure.id)
  const until = appealUntil(settings, measure.takenAt)
  const open = { kind: 'open', token: signToken(keyring, appealPurpose, measure.id), until } as const
  return {
    extent: row.extent,
    cause: measure.cause,
    since: measure.takenAt,
    until: measure.until,
    recoverable: row.portal === 'reset',
    appeal: appeal
      ? { kind: 'made', reference: appeal.reference, decision: appeal.decision }
      : until > clock.now()
        ? open
        : { kind: 'too-late' },
  }
}
