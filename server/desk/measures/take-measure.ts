// Measures taken, proposed and lifted by staff, and ended by time.
import { msPerDay } from '#server/core/durations.ts'
import { recordAudit } from '../audit/store.ts'
import { insertTimelineEntry } from '../cases/timeline-store.ts'
import type { DeskParts } from '../desk.ts'
import { applyMeasure, endMeasure } from './apply-measure.ts'
import {
  type Actor,
  type MeasureRefusal,
  mayLift,
  refuseStep,
  refuseUntil,
  requireLiveSession,
  type WantedMeasure,
} from './measure-rules.ts'
import {
  countTakenAlone,
  findExpired,
  findMeasure,
  insertMeasure,
  type Measure,
} from './measure-store.ts'
import { changesSince } from './shown-state.ts'
import { lockStanding, type StandingAccount } from './standing-store.ts'

export type TakenMeasure =
  | { readonly kind: 'taken'; readonly measure: Measure }
  /** It waits for a second person: this member took too many measures alone within a day. */
  | { readonly kind: 'proposed'; readonly measure: Measure }
  | MeasureRefusal

/**
 * Takes a measure with all its consequences. A member who took too many alone only proposes it.
 * @param shown what the page showed of the account (`shownState`); empty if there was no page
 */
export async function takeMeasure(
  parts: DeskParts,
  wanted: WantedMeasure,
  by: Actor,
  shown = '',
): Promise<TakenMeasure> {
  const at = parts.clock.now()
  const { accountId } = wanted
  const { staffId } = by
  if (accountId === staffId) return { kind: 'own-account' }
  const wrongEnd = refuseUntil(wanted, at)
  if (wrongEnd) return wrongEnd
  return await parts.db.transaction(async (trx): Promise<TakenMeasure> => {
    await requireLiveSession(trx, by, accountId)
    const alone = await countTakenAlone(trx, staffId, new Date(at.getTime() - msPerDay))
    const before = await lockStanding(trx, accountId)
    if (!before) return { kind: 'unknown-account' }
    const changes = changesSince(shown, before)
    if (changes.length > 0) return { kind: 'changed', changes }
    const refused = refuseStep(before.standing, wanted.measure, by.right)
    if (refused) return refused
    const taken = alone < parts.settings.measuresWithoutSecondPerson
    const measure = await putMeasure(parts, wanted, { before, staffId, taken, at })
    if (!measure) return { kind: 'proposal-waits' }
    return { kind: taken ? 'taken' : 'proposed', measure }
  })
}

/** Undefined if a proposal for the account waits already. */
export async function putMeasure(
  parts: DeskParts,
  wanted: WantedMeasure,
  how: {
    before: StandingAccount
    /** Null for a command of an operator. */
    staffId: string | null
    approvedBy?: string | null
    taken: boolean
    word?: string
    at: Date
    /** Writes what belongs to the measure. Runs first, since the audit is locked last. */
    alongside?: (measure: Measure) => Promise<void>
  },
): Promise<Measure | undefined> {
  const { keyring } = parts
  const { before, staffId, approvedBy, taken, word, at } = how
  const { trx, inForce } = before
  const { accountId, caseId } = wanted
  const details = { measure: wanted.measure, cause: wanted.cause }
  if (taken && inForce) {
    const end = { measure: inForce, account: before, reason: 'replaced', staffId, at } as const
    await endMeasure(parts, end)
  }
  const measure = await insertMeasure(trx, { ...wanted, staffId, approvedBy, taken, at })
  if (!measure) return undefined
  if (taken) await applyMeasure(parts, { measure, before, staffId, word, at })
  else if (caseId)
    await insertTimelineEntry(trx, keyring, {
      caseId,
      event: 'measure-proposed',
      details,
      staffId,
      at,
    })
  await how.alongside?.(measure)
  await recordAudit(trx, keyring, {
    staffId,
    action: taken ? 'measure.taken' : 'measure.proposed',
    caseId,
    accountId,
    subject: measure.id,
    details,
    at,
  })
  return measure
}

export type LiftedMeasure = { readonly kind: 'lifted' | 'not-in-force' } | MeasureRefusal

export async function liftMeasure(
  parts: DeskParts,
  measureId: string,
  by: Actor,
): Promise<LiftedMeasure> {
  const at = parts.clock.now()
  const { staffId } = by
  const measure = await findMeasure(parts.db, measureId)
  if (measure?.state !== 'in-force') return { kind: 'not-in-force' }
  const { accountId } = measure
  if (accountId === staffId) return { kind: 'own-account' }
  if (!mayLift(measure, by.right)) return { kind: 'right-needed', right: 'senior' }
  return await parts.db.transaction(async (trx): Promise<LiftedMeasure> => {
    await requireLiveSession(trx, by, accountId)
    const account = await lockStanding(trx, accountId)
    if (!account) return { kind: 'unknown-account' }
    const isLifted = await liftStanding(parts, { measure, account, staffId, at })
    return { kind: isLifted ? 'lifted' : 'not-in-force' }
  })
}

/** Returns false if it was ended meanwhile. */
export async function liftStanding(
  parts: DeskParts,
  how: { measure: Measure; account: StandingAccount; staffId: string | null; at: Date },
): Promise<boolean> {
  const { measure, account, staffId, at } = how
  if (!(await endMeasure(parts, { ...how, reason: 'lifted' }))) return false
  await recordAudit(account.trx, parts.keyring, {
    staffId,
    action: 'measure.lifted',
    caseId: measure.caseId,
    accountId: measure.accountId,
    subject: measure.id,
    details: { measure: measure.measure },
    at,
  })
  return true
}

/** Ends at most 200 measures whose time is over, each in its own transaction. Returns how many. */
export async function endExpiredMeasures(parts: DeskParts): Promise<number> {
  const at = parts.clock.now()
  let ended = 0
  for (const measure of await findExpired(parts.db, at, 200)) {
    await parts.db.transaction(async (trx) => {
      const account = await lockStanding(trx, measure.accountId)
      if (!account) return
      const end = { measure, account, reason: 'expired', staffId: null, at } as const
      if (await endMeasure(parts, end)) ended += 1
    })
  }
  return ended
}
