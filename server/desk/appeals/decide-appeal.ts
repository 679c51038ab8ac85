// Somebody who had no part in a measure decides the appeal against it.
import { recordActivity } from '#server/accounts/activity/store.ts'
import { recordAudit } from '../audit/store.ts'
import { insertTimelineEntry } from '../cases/timeline-store.ts'
import type { DeskParts } from '../desk.ts'
import { applyMeasure, endMeasure } from '../measures/apply-measure.ts'
import { type Actor, requireLiveSession } from '../measures/measure-rules.ts'
import { findMeasure, insertMeasure, type Measure } from '../measures/measure-store.ts'
import {
  allowsTransition,
  isMilder,
  type MeasureName,
  measureRows,
  type Standing,
} from '../measures/measures.ts'
import { notifyOwner } from '../measures/notify-owner.ts'
import { notifyStaff } from '../measures/notify-staff.ts'
import { lockStanding, type StandingAccount } from '../measures/standing-store.ts'
import {
  type Appeal,
  type AppealDecision,
  appealDecisions,
  findAppeal,
  setDecided,
} from './appeal-store.ts'

export interface AppealRuling {
  readonly decision: AppealDecision
  /** The milder measure that follows; only with `eased`. */
  readonly easeTo?: MeasureName
  readonly until?: Date | null
}

export type DecidedAppeal =
  | { readonly kind: 'decided'; readonly appeal: Appeal }
  /** Somebody decided meanwhile, or this person took part in the measure. */
  | { readonly kind: 'not-yours' }
  | { readonly kind: 'unknown' }
  /** `easeTo` is not milder or may not follow this measure; or it needs an end. */
  | { readonly kind: 'not-milder' | 'until-needed' }
  /** The measure has ended, or another one has replaced it. */
  | { readonly kind: 'ended' | 'replaced' }

class Undone extends Error {
  readonly kind: 'not-yours' | 'ended' | 'replaced'
  constructor(kind: Undone['kind']) {
    super(kind)
    this.kind = kind
  }
}

/** The decisions that are possible. `lifted` can still call an ended measure a mistake. */
export function openDecisions(
  measure: { readonly id: string },
  account: { readonly standing: Standing; readonly inForce: { readonly id: string } | undefined },
): readonly AppealDecision[] {
  if (account.inForce?.id === measure.id) return appealDecisions
  return account.standing === 'none' ? ['lifted', 'kept'] : ['kept']
}

function refuseEasing(
  { easeTo, until = null }: AppealRuling,
  measure: MeasureName,
  at: Date,
): 'not-milder' | 'until-needed' | undefined {
  if (!easeTo || !isMilder(easeTo, measure) || !allowsTransition(measure, easeTo))
    return 'not-milder'
  const lacksEnd = until === null || until <= at
  return measureRows[easeTo].until === 'needed' && lacksEnd ? 'until-needed' : undefined
}

interface Decision {
  readonly measure: Measure
  readonly account: StandingAccount
  readonly ruling: AppealRuling
  readonly staffId: string
  readonly at: Date
}

/** Decides, and notifies the owner and the staff who took the measure. */
export async function decideAppeal(
  parts: DeskParts,
  appealId: string,
  ruling: AppealRuling,
  by: Actor,
): Promise<DecidedAppeal> {
  const { db, keyring } = parts
  const at = parts.clock.now()
  const { staffId } = by
  const { decision } = ruling
  const found = await findAppeal(db, keyring, appealId)
  const measure = found && (await findMeasure(db, found.measureId))
  if (!found || !measure) return { kind: 'unknown' }
  const refused = decision === 'eased' ? refuseEasing(ruling, measure.measure, at) : undefined
  if (refused) return { kind: refused }
  try {
    const appeal = await db.transaction(async (trx) => {
      await requireLiveSession(trx, by, measure.accountId)
      const account = await lockStanding(trx, measure.accountId)
      const decided = await setDecided(trx, keyring, appealId, { staffId, decision, at })
      if (!decided || !account) throw new Undone('not-yours')
      // Security: An appeal against a replaced or ended measure eases nothing.
      if (!openDecisions(measure, account).includes(decision))
        throw new Undone(account.standing === 'none' ? 'ended' : 'replaced')
      const what = { measure, account, ruling, staffId, at }
      if (decision !== 'kept') await changeMeasure(parts, what)
      await sendNotices(parts, what, decided)
      await recordDecision(parts, what, decided)
      return decided
    })
    return { kind: 'decided', appeal }
  } catch (fault) {
    if (fault instanceof Undone) return { kind: fault.kind }
    throw fault
  }
}

async function changeMeasure(
  parts: DeskParts,
  { measure, account, ruling, staffId, at }: Decision,
): Promise<void> {
  const milder = ruling.decision === 'eased' ? ruling.easeTo : undefined
  const reason = milder ? 'replaced' : 'appeal'
  const ended = await endMeasure(parts, { measure, account, reason, staffId, at })
  if (!ended || !milder) return
  const next = await insertMeasure(account.trx, {
    accountId: measure.accountId,
    caseId: measure.caseId,
    measure: milder,
    cause: measure.cause,
    until: ruling.until ?? null,
    staffId,
    taken: true,
    at,
  })
  if (next) await applyMeasure(parts, { measure: next, before: account, staffId, at })
}

async function sendNotices(
  parts: DeskParts,
  { measure, account, ruling: { decision }, at }: Decision,
  { id, reference }: Appeal,
): Promise<void> {
  const { address: mailbox } = account
  await notifyOwner(account.trx, parts, {
    account: { id: measure.accountId, ...account },
    suspension: decision === 'kept' ? measureRows[measure.measure].suspension : 'none',
    name: 'appeal-decided',
    params: { mailbox, reference, at: at.toISOString(), decision },
    key: `appeal-decided:${id}`,
  })
  await notifyStaff(account.trx, parts, {
    staffIds: [measure.proposedBy, measure.approvedBy],
    name: 'appeal-outcome',
    params: { reference, appealId: id, decision },
    key: `appeal-outcome:${id}`,
  })
}

async function recordDecision(
  { keyring }: DeskParts,
  { measure, account, ruling, staffId, at }: Decision,
  appeal: Appeal,
): Promise<void> {
  const { trx } = account
  const { accountId, caseId } = measure
  const details = { decision: ruling.decision }
  await recordActivity(trx, keyring, { accountId, event: 'account.appeal-decided', details, at })
  if (caseId)
    await insertTimelineEntry(trx, keyring, {
      caseId,
      event: 'appeal-decided',
      details,
      staffId,
      at,
    })
  await recordAudit(trx, keyring, {
    staffId,
    action: 'appeal.decided',
    caseId,
    accountId,
    subject: appeal.id,
    details,
    at,
  })
}
