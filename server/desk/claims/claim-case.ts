// One person works on a case: claims it, lets it go, takes it over, or leaves it alone.
import type { Trx } from '#db/connection.ts'
import { msPerMinute } from '#server/core/durations.ts'
import { type Case, findCase } from '../cases/case-store.ts'
import { insertTimelineEntry } from '../cases/timeline-store.ts'
import { recordWork } from '../cases/work-on-case.ts'
import type { DeskParts } from '../desk.ts'
import { clearClaim, clearIdleClaims, moveClaim, setClaim } from './claim-store.ts'

/** Whether an open case is claimed like this already: then a second click counts as done. */
async function isLeftAs(
  trx: Trx,
  { keyring }: DeskParts,
  caseId: string,
  { claimedBy }: Pick<Case, 'claimedBy'>,
): Promise<boolean> {
  const found = await findCase(trx, keyring, caseId)
  return found?.closedAt === null && found.claimedBy === claimedBy
}

interface Step {
  readonly event: 'claimed' | 'released' | 'taken-over'
  readonly caseId: string
  readonly staffId: string
  readonly at: Date
}

async function recordStep(trx: Trx, parts: DeskParts, step: Step): Promise<void> {
  const { event, caseId, staffId, at } = step
  const details = {}
  await insertTimelineEntry(trx, parts.keyring, { caseId, event, details, staffId, at })
  await recordWork(trx, parts, `case.${event}`, { caseId, staffId, details })
}

/** If two people claim at once, one gets the case. False if another has it or it is closed. */
export async function claimCase(
  parts: DeskParts,
  caseId: string,
  staffId: string,
): Promise<boolean> {
  const at = parts.clock.now()
  return await parts.db.transaction(async (trx) => {
    if (!(await setClaim(trx, caseId, staffId, at)))
      return await isLeftAs(trx, parts, caseId, { claimedBy: staffId })
    await recordStep(trx, parts, {
      event: 'claimed',
      caseId,
      staffId,
      at,
    })
    return true
  })
}

/** False if somebody else has the case, or it is closed. */
export async function releaseCase(
  parts: DeskParts,
  caseId: string,
  staffId: string,
): Promise<boolean> {
  const at = parts.clock.now()
  return await parts.db.transaction(async (trx) => {
    if (!(await clearClaim(trx, caseId, staffId)))
      return await isLeftAs(trx, parts, caseId, { claimedBy: null })
    await recordStep(trx, parts, {
      event: 'released',
      caseId,
      staffId,
      at,
    })
    return true
  })
}

/**
 * Security: A case is taken over only from the person whose name the page showed.
 * @param from that person
 */
export async function takeOverCase(
  parts: DeskParts,
  caseId: string,
  staffId: string,
  from: string,
): Promise<boolean> {
  const at = parts.clock.now()
  return await parts.db.transaction(async (trx) => {
    if (
      !(await moveClaim(trx, caseId, {
        from,
        to: staffId,
        at,
      }))
    )
      return await isLeftAs(trx, parts, caseId, { claimedBy: staffId })
    await recordStep(trx, parts, {
      event: 'taken-over',
      caseId,
      staffId,
      at,
    })
    return true
  })
}

/** Frees the cases that their holders left alone, at most 500. Returns how many. */
export async function endIdleClaims(parts: DeskParts): Promise<number> {
  const { db, keyring, clock, settings } = parts
  const at = clock.now()
  const since = new Date(at.getTime() - settings.claimIdleMinutes * msPerMinute)
  return await db.transaction(async (trx) => {
    const freed = await clearIdleClaims(trx, since, 500)
    const entry = {
      event: 'claim-lapsed',
      details: {},
      staffId: null,
      at,
    } as const
    for (const caseId of freed) await insertTimelineEntry(trx, keyring, { caseId, ...entry })
    return freed.length
  })
}
