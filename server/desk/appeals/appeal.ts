// "This is a mistake": the holder of an account objects to a measure, once, and somebody else decides.
import { findAccount } from '#server/accounts/accounts/store.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import { msPerDay } from '#server/core/durations.ts'
import { openSignedToken } from '#server/core/keys/signed-token.ts'
import { recordAudit } from '../audit/store.ts'
import { insertTimelineEntry } from '../cases/timeline-store.ts'
import type { DeskParts } from '../desk.ts'
import { appealPurpose, applyMeasure, endMeasure } from '../measures/apply-measure.ts'
import {
  findMeasure,
  holdStanding,
  insertMeasure,
  type Measure,
} from '../measures/measure-store.ts'
import {
  allowsTransition,
  isMilder,
  type MeasureName,
  measureRows,
  type Standing,
} from '../measures/measures.ts'
import { notifyHolder } from '../measures/notify-holder.ts'
import { notifyStaff } from '../measures/notify-staff.ts'
import { type Actor, demandPresent } from '../measures/take-measure.ts'
import { newReference } from '../reports/reference.ts'
import {
  type Appeal,
  type AppealDecision,
  appealDecisions,
  findAppeal,
  findAppealOf,
  insertAppeal,
  setDecided,
} from './appeal-store.ts'

export type OpenedAppeal =
  | {
      readonly kind: 'open'
      readonly measure: Measure
      readonly address: string
      readonly until: Date
    }
  | { readonly kind: 'made'; readonly appeal: Appeal; readonly measure: Measure }
  /** The measure has ended, or the days to object are over. */
  | { readonly kind: 'ended' | 'too-late'; readonly measure: Measure }
  | { readonly kind: 'dead' }

/** The last moment to object. */
export const appealUntil = (settings: { readonly appealDays: number }, takenAt: Date): Date =>
  new Date(takenAt.getTime() + settings.appealDays * msPerDay)

/** What the link of the mail or of the page leads to. */
export async function openAppeal(parts: DeskParts, token: unknown): Promise<OpenedAppeal> {
  const { db, keyring, settings, clock } = parts
  const id = openSignedToken(keyring, appealPurpose, token)
  const measure = id === undefined ? undefined : await findMeasure(db, id)
  if (!measure?.takenAt) return { kind: 'dead' }
  const appeal = await findAppealOf(db, keyring, measure.id)
  if (appeal) return { kind: 'made', appeal, measure }
  if (measure.state !== 'in-force') return { kind: 'ended', measure }
  const until = appealUntil(settings, measure.takenAt)
  if (until <= clock.now()) return { kind: 'too-late', measure }
  const account = await findAccount(db, measure.accountId)
  return account ? { kind: 'open', measure, address: account.address, until } : { kind: 'dead' }
}

/** Makes the objection. Sent twice at once it is made once, and both get the same answer. */
export async function makeAppeal(
  parts: DeskParts,
  token: unknown,
  text: string,
): Promise<OpenedAppeal> {
  const opened = await openAppeal(parts, token)
  if (opened.kind !== 'open') return opened
  const { measure } = opened
  const { accountId, caseId } = measure
  const at = parts.clock.now()
  const made = await parts.db.transaction(async (trx) => {
    const reference = newReference('A')
    const appeal = await insertAppeal(trx, parts.keyring, {
      reference,
      measureId: measure.id,
      text,
      at,
    })
    const account = await findAccount(trx, accountId)
    if (!appeal || !account) return undefined
    if (caseId) {
      const entry = {
        caseId,
        event: 'appeal-made',
        details: { reference },
        staffId: null,
        at,
      } as const
      await insertTimelineEntry(trx, parts.keyring, entry)
    }
    await recordActivity(trx, parts.keyring, {
      accountId,
      event: 'account.appealed',
      details: { reference },
      at,
    })
    await notifyHolder(trx, parts, {
      account,
      suspension: measureRows[measure.measure].suspension,
      name: 'appeal-received',
      params: { mailbox: account.address, reference, at: at.toISOString() },
      key: `appeal:${appeal.id}`,
    })
    return appeal
  })
  return made ? { kind: 'made', appeal: made, measure } : await openAppeal(parts, token)
}

export interface AppealRuling {
  readonly decision: AppealDecision
  /** The milder measure that follows; only with `eased`. */
  readonly easeTo?: MeasureName
  readonly until?: Date | null
}

export type DecidedAppeal =
  | { readonly kind: 'decided'; readonly appeal: Appeal }
  /** Decided meanwhile, or the same person took the measure. */
  | { readonly kind: 'not-yours' }
  | { readonly kind: 'unknown' }
  /** `eased` needs a milder measure that the table allows, with an end where it must have one. */
  | { readonly kind: 'not-milder' | 'until-needed' }
  /** There is nothing to ease any more; or something else stands now, which the decision would not reach. */
  | { readonly kind: 'ended' | 'replaced' }

/** Undoes the transaction of a decision that was not theirs to take, or that would do nothing. */
class Undone extends Error {
  readonly kind: 'not-yours' | 'ended' | 'replaced'
  constructor(kind: Undone['kind']) {
    super(kind)
    this.kind = kind
  }
}

/** Which decisions have an effect as the account stands. One that ended by itself can still be called a mistake. */
export function openDecisions(
  measure: { readonly id: string },
  account: { readonly standing: Standing; readonly inForce: { readonly id: string } | undefined },
): readonly AppealDecision[] {
  if (account.inForce?.id === measure.id && account.standing !== 'operator-block')
    return appealDecisions
  return account.standing === 'none' ? ['lifted', 'kept'] : ['kept']
}

/** Decides an objection, with what follows from it, in one transaction. The holder is told, and who took or approved the measure. */
export async function decideAppeal(
  parts: DeskParts,
  appealId: string,
  ruling: AppealRuling,
  by: Actor,
): Promise<DecidedAppeal> {
  const { db, keyring, clock } = parts
  const at = clock.now()
  const { staffId } = by
  const found = await findAppeal(db, keyring, appealId)
  const measure = found && (await findMeasure(db, found.measureId))
  if (!found || !measure) return { kind: 'unknown' }
  const { decision } = ruling
  const milder = decision === 'eased' ? ruling.easeTo : undefined
  const until = ruling.until ?? null
  if (decision === 'eased') {
    if (!milder || !isMilder(milder, measure.measure) || !allowsTransition(measure.measure, milder))
      return { kind: 'not-milder' }
    if (measureRows[milder].until === 'needed' && (until === null || until <= at))
      return { kind: 'until-needed' }
  }
  const { accountId, caseId } = measure
  try {
    const appeal = await db.transaction(async (trx) => {
      await demandPresent(trx, by, accountId)
      const account = await holdStanding(trx, accountId)
      const decided = await setDecided(trx, keyring, appealId, { staffId, decision, at })
      if (!decided || !account) throw new Undone('not-yours')
      // Security: a holder is told of no relief that does not come.
      if (!openDecisions(measure, account).includes(decision))
        throw new Undone(account.standing === 'none' ? 'ended' : 'replaced')
      if (decision !== 'kept') {
        const reason = milder ? 'replaced' : 'appeal'
        const ended = await endMeasure(parts, { measure, account, reason, staffId, at })
        const wanted = { accountId, caseId, cause: measure.cause, until, staffId, taken: true, at }
        const follows =
          ended && milder
            ? await insertMeasure(account.trx, { ...wanted, measure: milder })
            : undefined
        if (follows) await applyMeasure(parts, { measure: follows, before: account, staffId, at })
      }
      await notifyHolder(trx, parts, {
        account: { id: accountId, ...account },
        suspension: decision === 'kept' ? measureRows[measure.measure].suspension : 'none',
        name: 'appeal-decided',
        params: {
          mailbox: account.address,
          reference: decided.reference,
          at: at.toISOString(),
          decision,
        },
        key: `appeal-decided:${decided.id}`,
      })
      await notifyStaff(trx, parts, {
        staffIds: [measure.proposedBy, measure.approvedBy],
        name: 'appeal-outcome',
        params: { reference: decided.reference, appealId: decided.id, decision },
        key: `appeal-outcome:${decided.id}`,
      })
      await recordActivity(trx, keyring, {
        accountId,
        event: 'account.appeal-decided',
        details: { decision },
        at,
      })
      if (caseId) {
        const entry = {
          caseId,
          event: 'appeal-decided',
          details: { decision },
          staffId,
          at,
        } as const
        await insertTimelineEntry(trx, keyring, entry)
      }
      const audit = { staffId, caseId, accountId, subject: decided.id, details: { decision }, at }
      await recordAudit(trx, keyring, { ...audit, action: 'appeal.decided' })
      return decided
    })
    return { kind: 'decided', appeal }
  } catch (fault) {
    if (fault instanceof Undone) return { kind: fault.kind }
    throw fault
  }
}
