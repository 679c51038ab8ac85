// Measures taken, proposed, approved, refused and lifted by staff, and ended by time.

import type { Trx } from '#db/connection.ts'
import {
  type AccountProof,
  lockAccount,
  lockBoth,
} from '#server/accounts/accounts/change-account.ts'
import { msPerDay } from '#server/core/durations.ts'
import { StaleProof } from '#server/core/faults.ts'
import { recordAudit } from '../audit/store.ts'
import { insertTimelineEntry } from '../cases/timeline-store.ts'
import type { DeskParts } from '../desk.ts'
import { applyMeasure, endMeasure } from './apply-measure.ts'
import {
  countTakenAlone,
  findExpired,
  findMeasure,
  holdStanding,
  insertMeasure,
  type Measure,
} from './measure-store.ts'
import {
  allowsTransition,
  type MeasureCause,
  type MeasureName,
  type MeasureRight,
  measureRows,
  rightToLeave,
  type Standing,
} from './measures.ts'
import { changesSince, type StateChange } from './shown-state.ts'

/** Who acts, and the greatest right that they have. */
export interface Actor {
  readonly staffId: string
  /** What their session proves, where they act in a browser. */
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
  /** Nobody judges themselves. */
  | { readonly kind: 'own-account' }
  | { readonly kind: 'right-needed'; readonly right: MeasureRight }
  /** Not in the table of transitions: what stands now is `from`. */
  | { readonly kind: 'not-from-here'; readonly from: Standing }
  | { readonly kind: 'until-needed' | 'until-not-allowed' | 'until-past' }
  | { readonly kind: 'proposal-waits' }
  /** Who proposed it has lost the role since. */
  | { readonly kind: 'proposer-without-right' }
  /** The page that it was decided on is out of date. */
  | { readonly kind: 'changed'; readonly changes: readonly StateChange[] }

export type TakenMeasure =
  | { readonly kind: 'taken'; readonly measure: Measure }
  /** More than the set number in a day: it waits for a second person, and nothing has changed for the account. */
  | { readonly kind: 'proposed'; readonly measure: Measure }
  | MeasureRefusal

/**
 * Security: what staff do in a session that was ended meanwhile is not done.
 * @param accountId whom it changes, where it changes somebody
 * @throws StaleProof
 */
export async function demandPresent(trx: Trx, { proof }: Actor, accountId?: string): Promise<void> {
  if (!proof) return
  if (accountId !== undefined) await lockBoth(trx, proof.accountId, accountId)
  if ((await lockAccount(trx, proof)).kind === 'stale') throw new StaleProof()
}

const mayWith = (has: MeasureRight, needs: MeasureRight) => has === 'senior' || needs === 'analyst'

// Security: a block for good is left by nobody but a senior analyst, on every path.
/** Whether the table leads from what stands to the measure, and the right is enough to leave the one and take the other. */
export function refuseStep(
  from: Standing,
  to: MeasureName,
  has: MeasureRight,
): MeasureRefusal | undefined {
  if (!allowsTransition(from, to)) return { kind: 'not-from-here', from }
  const needed = [measureRows[to].right, from === 'none' ? 'analyst' : rightToLeave(from)] as const
  const right = needed.find((each) => !mayWith(has, each))
  return right && { kind: 'right-needed', right }
}

export function refuseUntil(
  { measure, until }: Pick<WantedMeasure, 'measure' | 'until'>,
  now: Date,
): MeasureRefusal | undefined {
  const rule = measureRows[measure].until
  if (until === null) return rule === 'needed' ? { kind: 'until-needed' } : undefined
  if (rule === 'none') return { kind: 'until-not-allowed' }
  return until <= now ? { kind: 'until-past' } : undefined
}

/**
 * Takes a measure, in one transaction with everything that follows from it, or proposes it where a second person is needed.
 * @param shown what the page showed of the account, where somebody decided on a page
 */
export async function takeMeasure(
  parts: DeskParts,
  wanted: WantedMeasure,
  by: Actor,
  shown = '',
): Promise<TakenMeasure> {
  const at = parts.clock.now()
  const { accountId, caseId, measure: name, cause } = wanted
  if (accountId === by.staffId) return { kind: 'own-account' }
  const faulty = refuseUntil(wanted, at)
  if (faulty) return faulty
  return await parts.db.transaction(async (trx): Promise<TakenMeasure> => {
    await demandPresent(trx, by, accountId)
    const alone = await countTakenAlone(trx, by.staffId, new Date(at.getTime() - msPerDay))
    const before = await holdStanding(trx, accountId)
    if (!before) return { kind: 'unknown-account' }
    const changes = changesSince(shown, before)
    if (changes.length > 0) return { kind: 'changed', changes }
    const refused = refuseStep(before.standing, name, by.right)
    if (refused) return refused
    const taken = alone < parts.settings.measuresWithoutSecondPerson
    if (taken && before.inForce)
      await endMeasure(parts, {
        measure: before.inForce,
        account: before,
        reason: 'replaced',
        staffId: by.staffId,
        at,
      })
    const measure = await insertMeasure(before.trx, { ...wanted, staffId: by.staffId, taken, at })
    if (!measure) return { kind: 'proposal-waits' }
    if (taken) await applyMeasure(parts, { measure, before, staffId: by.staffId, at })
    else if (caseId)
      await insertTimelineEntry(trx, parts.keyring, {
        caseId,
        event: 'measure-proposed',
        details: { measure: name, cause },
        staffId: by.staffId,
        at,
      })
    await recordAudit(trx, parts.keyring, {
      staffId: by.staffId,
      action: taken ? 'measure.taken' : 'measure.proposed',
      caseId,
      accountId,
      subject: measure.id,
      details: { measure: name, cause },
      at,
    })
    return { kind: taken ? 'taken' : 'proposed', measure }
  })
}

/** Whether the right is enough to lift it. */
export const mayLift = ({ measure }: Pick<Measure, 'measure'>, has: MeasureRight): boolean =>
  mayWith(has, measureRows[measure].right)

export type LiftedMeasure = { readonly kind: 'lifted' | 'not-in-force' } | MeasureRefusal

/** Lifts what stands. A block is lifted by who may block. */
export async function liftMeasure(
  parts: DeskParts,
  measureId: string,
  by: Actor,
): Promise<LiftedMeasure> {
  const at = parts.clock.now()
  const named = await findMeasure(parts.db, measureId)
  if (named?.state !== 'in-force') return { kind: 'not-in-force' }
  if (named.accountId === by.staffId) return { kind: 'own-account' }
  if (!mayLift(named, by.right)) return { kind: 'right-needed', right: 'senior' }
  return await parts.db.transaction(async (trx): Promise<LiftedMeasure> => {
    await demandPresent(trx, by, named.accountId)
    const account = await holdStanding(trx, named.accountId)
    if (!account) return { kind: 'unknown-account' }
    if (account.standing === 'operator-block')
      return { kind: 'not-from-here', from: account.standing }
    const how = { measure: named, account, reason: 'lifted', staffId: by.staffId, at } as const
    if (!(await endMeasure(parts, how))) return { kind: 'not-in-force' }
    const { caseId, accountId } = named
    const entry = { staffId: by.staffId, caseId, accountId, subject: named.id, at }
    await recordAudit(trx, parts.keyring, {
      ...entry,
      action: 'measure.lifted',
      details: { measure: named.measure },
    })
    return { kind: 'lifted' }
  })
}

/** Ends every measure whose time is over, each in a transaction of its own. Returns how many. */
export async function endExpiredMeasures(parts: DeskParts): Promise<number> {
  const at = parts.clock.now()
  let ended = 0
  for (const measure of await findExpired(parts.db, at, 200)) {
    await parts.db.transaction(async (trx) => {
      const account = await holdStanding(trx, measure.accountId)
      if (
        account &&
        (await endMeasure(parts, { measure, account, reason: 'expired', staffId: null, at }))
      )
        ended += 1
    })
  }
  return ended
}
