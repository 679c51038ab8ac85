// Who may take which measure, and why a measure is refused.
import type { Trx } from '#db/connection.ts'
import {
  type AccountProof,
  lockAccount,
  lockBoth,
} from '#server/accounts/accounts/change-account.ts'
import { StaleProof } from '#server/core/faults.ts'
import type { Measure } from './measure-store.ts'
import {
  allowsTransition,
  type MeasureCause,
  type MeasureName,
  type MeasureRight,
  measureRows,
  rightToLeave,
  type Standing,
} from './measures.ts'
import type { StateChange } from './shown-state.ts'

/** The member of staff who acts, with the greatest right that they have. */
export interface Actor {
  readonly staffId: string
  /** The proof of their session; absent if no browser asks. */
  readonly proof?: AccountProof
  readonly right: MeasureRight
}

export interface WantedMeasure {
  readonly accountId: string
  readonly caseId: string | null
  readonly measure: MeasureName
  readonly cause: MeasureCause
  readonly until: Date | null
}

export type MeasureRefusal =
  | { readonly kind: 'unknown-account' }
  | { readonly kind: 'own-account' }
  | { readonly kind: 'right-needed'; readonly right: MeasureRight }
  | { readonly kind: 'not-from-here'; readonly from: Standing }
  | { readonly kind: 'until-needed' | 'until-not-allowed' | 'until-past' }
  | { readonly kind: 'proposal-waits' }
  /** The proposer has lost the right to this measure since. */
  | { readonly kind: 'proposer-without-right' }
  | { readonly kind: 'changed'; readonly changes: readonly StateChange[] }

/**
 * Security: What staff do in a session that has ended has no effect.
 * @param accountId the account that the action changes, if it changes one
 * @throws StaleProof
 */
export async function requireLiveSession(
  trx: Trx,
  { proof }: Actor,
  accountId?: string,
): Promise<void> {
  if (!proof) return
  if (accountId !== undefined) await lockBoth(trx, proof.accountId, accountId)
  if ((await lockAccount(trx, proof)).kind === 'stale') throw new StaleProof()
}

const suffices = (has: MeasureRight, needed: MeasureRight) =>
  has === 'senior' || needed === 'analyst'

/**
 * Refuses a measure that may not follow the standing one, or that needs a greater right.
 * Security: Only a senior analyst ends a lasting block.
 */
export function refuseStep(
  from: Standing,
  to: MeasureName,
  has: MeasureRight,
): MeasureRefusal | undefined {
  if (!allowsTransition(from, to)) return { kind: 'not-from-here', from }
  const toLeave = from === 'none' ? 'analyst' : rightToLeave(from)
  const right = [measureRows[to].right, toLeave].find((needed) => !suffices(has, needed))
  return right && { kind: 'right-needed', right }
}

export function refuseUntil(
  { measure, until }: Pick<WantedMeasure, 'measure' | 'until'>,
  now: Date,
): MeasureRefusal | undefined {
  const rule = measureRows[measure].until
  const needed = rule === 'needed' || rule === 'strike'
  if (until === null) return needed ? { kind: 'until-needed' } : undefined
  if (rule === 'none') return { kind: 'until-not-allowed' }
  return until <= now ? { kind: 'until-past' } : undefined
}

/** Lifting a measure needs the same right as taking it. */
export const mayLift = ({ measure }: Pick<Measure, 'measure'>, has: MeasureRight): boolean =>
  suffices(has, measureRows[measure].right)
